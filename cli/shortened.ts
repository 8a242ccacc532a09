/** The text, its middle left out if it has more than `most` characters. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const tail = Math.floor(most / 4);
  const left = characters.length - most;
  return `${characters.slice(0, most - tail).join("")}…[${left} more]…${characters.slice(-tail).join("")}`;
}
