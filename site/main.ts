/** The page: takes lines and files, has them mapped by the worker, and shows what became of them. */
import type { Tables } from "../explain/account.ts";
import { Client } from "./client.ts";
import { byId, fill, h } from "./dom.ts";
import { EXAMPLES } from "./examples.ts";
import { lineOf, linkTo } from "./fragment.ts";
import { Linking } from "./linking.ts";
import type { Answer, Counts, Look } from "./protocol.ts";
import { recordView } from "./record-view.ts";
import { Summary } from "./summary-view.ts";
import { theme } from "./theme.ts";

const textarea = byId("line", HTMLTextAreaElement);
const example = byId("example", HTMLSelectElement);
const picker = byId("file", HTMLInputElement);
const link = byId("link", HTMLAnchorElement);
const told = byId("told", HTMLElement);
const summaryPlace = byId("summary", HTMLElement);
const result = byId("result", HTMLElement);

/** Text is mapped once it has stood unchanged for so long. */
const TYPING = 120;

/** The name of the input if it is a file. */
let fileName: string | undefined;
let counts: Counts | undefined;
let isShown = false;
let tables: Tables | undefined;
let ruleNames: ReadonlyMap<string, string> = new Map();
let typing: ReturnType<typeof setTimeout> | undefined;

const client = new Client(hear, fail);
const linking = new Linking(result);
const summary = new Summary(summaryPlace, {
  look: (number) => client.look(number),
  cancel: () => client.cancel(),
});

theme(byId("theme", HTMLButtonElement));
example.append(...EXAMPLES.map(({ name }, index) => h("option", { value: String(index) }, name)));
textarea.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => openText(textarea.value), TYPING);
});
example.addEventListener("change", () => setText(EXAMPLES[Number(example.value)]?.text ?? ""));
picker.addEventListener("change", () => {
  const [file] = picker.files ?? [];
  if (file !== undefined) openFile(file);
  picker.value = "";
});
byId("clear", HTMLButtonElement).addEventListener("click", () => {
  setText("");
  example.value = "";
  history.replaceState(null, "", location.pathname + location.search);
  textarea.focus();
});
addEventListener("dragover", (event) => {
  if (isTextForField(event)) return;
  event.preventDefault();
  document.body.classList.add("dragging");
});
addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) document.body.classList.remove("dragging");
});
addEventListener("drop", (event) => {
  document.body.classList.remove("dragging");
  if (isTextForField(event)) return;
  event.preventDefault();
  const [file, ...others] = event.dataTransfer?.files ?? [];
  const dropped = others.length + 1;
  if (others.length > 0)
    fail(`${dropped} files were dropped, and none was opened: drop one, or one that holds them all.`);
  else if (file !== undefined) openFile(file);
  else {
    const text = event.dataTransfer?.getData("text/plain") ?? "";
    if (text !== "") setText(text);
  }
});
addEventListener("hashchange", readFragment);
readFragment();

/** Text that is moved within the field, or into it, is the browser's matter. */
function isTextForField({ target, dataTransfer }: DragEvent): boolean {
  return target === textarea && dataTransfer?.types.includes("Files") !== true;
}

function readFragment(): void {
  try {
    const line = lineOf(location.hash);
    if (line !== undefined) setText(line);
  } catch {
    fail("The link is not whole: its line ends within a character. Ask for it again, or for the line.");
  }
}

function setText(text: string): void {
  textarea.value = text;
  openText(text);
}

function openText(text: string): void {
  fileName = undefined;
  textarea.placeholder = "datetime=…|aCode=…|acc=…  or drop a .siem file anywhere";
  open(new Blob([text]), Date.now());
}

function openFile(file: File): void {
  fileName = file.name;
  textarea.value = "";
  textarea.placeholder = "a file is open; paste here to leave it";
  open(file, file.lastModified);
}

function open(input: Blob, milliseconds: number): void {
  clearTimeout(typing);
  counts = undefined;
  isShown = false;
  fill(told);
  link.hidden = true;
  summary.begin();
  client.open(input, milliseconds);
}

function hear(answer: Answer): void {
  if (answer.tell === "tables") {
    tables = answer.tables;
    ruleNames = new Map(tables.rules.map(({ id, name }) => [String(id), name]));
  } else if (answer.tell === "failure") {
    summaryPlace.hidden = true;
    fail(`${answer.message}. Reload the page, or open the file again.`);
  } else if (answer.tell === "look") show(answer.look);
  else hearOf(answer);
}

function hearOf(answer: Answer & { tell: "progress" | "end" }): void {
  counts = answer.counts;
  const isEnd = answer.tell === "end";
  const is = !isEnd ? "running" : answer.isCancelled ? "cancelled" : "ended";
  const name = fileName ?? "Pasted lines";
  const events = isEnd && answer.events !== undefined ? { events: answer.events } : {};
  summary.update({ name, counts, is, ruleNames, ...events });
  summaryPlace.hidden = fileName === undefined && counts.records <= 1 && isEnd;
  if (counts.records === 0) {
    result.hidden = true;
    if (isEnd && fileName !== undefined) fill(told, "There is no record in the file.");
  } else if (!isShown) {
    isShown = true;
    client.look(0);
  }
}

function show(look: Look): void {
  const isAlone = counts?.records === 1 && fileName === undefined;
  fill(result, ...recordView(look, tables?.rows ?? [], linking, !isAlone));
  result.hidden = false;
  summary.show(look.number);
  const address = look.text === undefined ? undefined : linkTo(look.text);
  link.hidden = address === undefined;
  if (address !== undefined) link.setAttribute("href", address);
  fill(
    told,
    address === undefined
      ? "The line is too long for a link."
      : "The link holds the line itself: whoever has it can read the line.",
  );
}

function fail(message: string): void {
  fill(told, h("span", { class: "bad" }, message));
}
