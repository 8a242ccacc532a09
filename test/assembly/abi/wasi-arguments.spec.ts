import { FIELDS, UDM } from "../../../assembly/abi/map";
import { askedFor, HELP, stoppedAt, UNKNOWN } from "../../../assembly/abi/wasi-arguments";
import { place } from "../support";

const LIST: usize = memory.data(64, 8);

/** What these arguments ask for, as a host hands them over: behind the name of the command, each ended by NUL. */
function asked(list: string[]): u32 {
  store<u32>(LIST, <u32>place("x", "\0"));
  for (let i = 0; i < list.length; i++) store<u32>(LIST + 4 * (<usize>i + 1), <u32>place(list[i], "\0"));
  return askedFor(LIST, list.length + 1);
}

describe("arguments", () => {
  it("ask for events where there are none, not even the name of the command", () => {
    expect(asked([])).toBe(UDM);
    expect(askedFor(LIST, 0)).toBe(UDM);
  });

  it("name the function, in one argument or two", () => {
    expect(asked(["--function", "fields"])).toBe(FIELDS);
    expect(asked(["--function=fields"])).toBe(FIELDS);
    expect(asked(["--function=udm"])).toBe(UDM);
  });

  it("may name it twice: the last one counts", () => {
    expect(asked(["--function=udm", "--function", "fields"])).toBe(FIELDS);
    expect(asked(["--function", "fields", "--function=udm"])).toBe(UDM);
  });

  it("ask for help, whatever stands behind", () => {
    expect(asked(["--help", "bogus"])).toBe(HELP);
    expect(asked(["--function=fields", "-h"])).toBe(HELP);
  });

  it("are unknown if they are anything else, and the place of the first such one is told", () => {
    expect(asked(["--function=fields", "log.siem"])).toBe(UNKNOWN);
    expect(stoppedAt()).toBe(2);
    expect(asked(["--function", "events", "--help"])).toBe(UNKNOWN);
    expect(stoppedAt()).toBe(2);
    const wrong = ["", "-", "--", "help", "--helps", "--functions=udm", "--function", "--function=", "-hh"];
    for (let i = 0; i < wrong.length; i++) {
      expect(asked([wrong[i]])).toBe(UNKNOWN, wrong[i]);
      expect(stoppedAt()).toBe(1, wrong[i]);
    }
  });
});
