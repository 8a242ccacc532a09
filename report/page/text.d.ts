/** What esbuild gives for a text file: its text. scripts/report-client.mjs writes the two that the page is made of. */
declare module "*.txt" {
  const text: string;
  export default text;
}
