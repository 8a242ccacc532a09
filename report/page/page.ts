/**
 * Figures to one HTML page that needs nothing but itself. The figures lie in it as JSON, which cannot end its own element; the page's
 * script, known to the policy by its hash, shows them as text.
 */
import { createHash } from "node:crypto";
import script from "../../build/report-client.txt";
import style from "../../build/report-style.txt";
import type { Report } from "../collect/figures.ts";

/** Whatever could end the element, or begin a comment in it (HTML, 13.2.5.4 and 13.2.5.20), and what old scripts take for a line end. */
const UNSAFE = /[<>&\u2028\u2029]/g;

export function page(report: Report): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Mimecast mail report</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main id="report"><noscript><p>This page shows its figures with a script that it contains. It loads nothing.</p></noscript></main>
<script type="application/json" id="figures">${embedded(report)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that stays the same JSON, and holds nothing that HTML acts upon. */
export function embedded(value: unknown): string {
  return JSON.stringify(value).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Nothing but this page's own script and style; no text ever becomes HTML. */
function policy(): string {
  return [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

const hash = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
