/** The value of the Authorization header: a secret, from the environment, a file, or systemd's credentials, and nowhere else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, systemCode } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import { type Environment, readText } from "../runtime/settings.ts";

const VARIABLE = "MIMECAST_PUSH_AUTHORIZATION";
const CREDENTIAL = "push.authorization";

/** Files that the settings name: `flag` on the command line, which wins over everything; `file` wherever they do. */
export interface Named {
  readonly flag: string | undefined;
  readonly file: string | undefined;
}

/** Problems are told without the value. */
export async function readAuthorization(
  named: Named,
  env: Environment,
  problems: string[],
): Promise<Secret | undefined> {
  const value = await read(named, env, problems);
  if (value === undefined) return undefined;
  if (!/^[\x21-\x7e]+( [\x20-\x7e]+)?$/.test(value)) {
    problems.push("authorization: must be the value of an HTTP header, as in Bearer TOKEN, on one line");
    return undefined;
  }
  return authorizationOf(value);
}

/** A header's value as a secret. Its second word is one by itself, too, for whatever cleans the log. */
export function authorizationOf(value: string): Secret {
  const [, token] = value.split(" ");
  if (token !== undefined) new Secret(token);
  return new Secret(value);
}

async function read(
  { flag, file }: Named,
  env: Environment,
  problems: string[],
): Promise<string | undefined> {
  if (flag !== undefined) return await readText(flag, "authorizationFile", problems, true);
  const value = env[VARIABLE]?.trim();
  if (value) return value;
  const named = env[`${VARIABLE}_FILE`];
  if (named) return await readText(named, `${VARIABLE}_FILE`, problems, true);
  if (file !== undefined) return await readText(file, "authorizationFile", problems, true);
  if (env.CREDENTIALS_DIRECTORY === undefined) return undefined;
  try {
    const text = (await readFile(join(env.CREDENTIALS_DIRECTORY, CREDENTIAL), "utf8")).trim();
    if (text !== "") return text;
    problems.push(`credential ${CREDENTIAL}: is empty`);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") problems.push(`credential ${CREDENTIAL}: ${messageOf(error)}`);
  }
  return undefined;
}
