/** `npm run site`: serves the playground at http://127.0.0.1:8080/, or the PORT that is set, until Ctrl-C. */
import { headersIn, serve } from "./web-server.ts";

const headers = await headersIn("build/site/_headers");
const { url } = await serve("build/site", { port: Number(process.env.PORT ?? 8080), headers });
console.log(`The playground is at ${url}`);
