// A simulated Mimecast on this machine that serves the sample's lines: those in JSON by API 2.0, as gzips behind presigned
// URLs, the others by API 1.0, as members of a zip. What the fetcher needs to reach it goes into files in `folder`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleLocal } from "../scripts/bundle.mjs";

/** Members of API 1.0, and how to tell whose lines they have: what no other member takes is the first one's. */
const MEMBERS = [
  { name: "receipt_20261120.siem", has: (line) => !MEMBERS.slice(1).some((other) => other.has(line)) },
  { name: "process_20261120.siem", has: (line) => line.includes("|AttSize=") },
  { name: "ttp_ap_20261120.siem", has: (line) => line.includes("|fileName=") },
  { name: "delivery_20261120.siem", has: (line) => line.includes("|Delivered=") },
];

/** Starts it. Answers the server, the file with the fetcher's settings, and that with the authority to trust. */
export async function startMimecast(lines, folder, spool) {
  const outfile = resolve("build/run/test/mimecast/server.mjs");
  await bundleLocal({ entryPoints: ["test/mimecast/server.ts"], outfile });
  const { SimulatedMimecast } = await import(pathToFileURL(outfile).href);
  const server = await new SimulatedMimecast().start();
  publish(server, lines);
  return { server, ...settings(server, folder, spool) };
}

function publish(server, lines) {
  const isJson = (line) => line.startsWith("{");
  const older = lines.filter((line) => !isJson(line));
  const members = MEMBERS.map(({ name, has }) => ({ name, lines: older.filter(has) }));
  server.batches.push({
    members: members.map((member) => ({ name: member.name, content: Buffer.from(text(member.lines)) })),
  });
  for (const line of lines.filter(isJson)) {
    const { type } = JSON.parse(line);
    server.pages.set(type, [...(server.pages.get(type) ?? []), [{ content: text([line]) }]]);
  }
}

const text = (lines) => lines.map((line) => `${line}\n`).join("");

/** One account for each API, each secret in a file that only its owner reads. */
function settings({ url, ca, credentials }, folder, spool) {
  const write = (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  mkdirSync(spool);
  const config = {
    spool,
    retention: { minFree: "1M" },
    accounts: [
      {
        name: "api_1",
        baseUrl: url,
        appId: credentials.appId,
        appKeyFile: write("app_key", credentials.appKey),
        accessKeyFile: write("access_key", credentials.accessKey),
        secretKeyFile: write("secret_key", credentials.secretKey),
      },
      {
        name: "api_2",
        baseUrl: url,
        clientId: credentials.clientId,
        clientSecretFile: write("client_secret", credentials.clientSecret),
      },
    ],
  };
  // Every JSON text is YAML, too.
  return {
    config: write("mimecast.yaml", JSON.stringify(config, null, 2)),
    authority: write("ca.pem", ca),
  };
}
