// An AssemblyScript compiler transform that does at compile time what assembly/output/literal.ts else does in the start
// section: `literal("…")` at the top level of a file becomes static bytes, with its length before and zeros behind. In the
// shipped module it also leaves out what only the documentation needs: of a mapping row the key stays, of a dictionary line
// the names, as bytes. The source means the same without it; the module is smaller with it (npm run bench prints its size).
import { LiteralKind, Node, NodeKind, Token } from "assemblyscript/dist/assemblyscript.js";
import { Transform } from "assemblyscript/transform";

/** Bytes of a literal: 4 unused, the length, the text, at least 8 zeros. Its address is that of the text. */
const BEFORE = 8;

export class LiteralTransform extends Transform {
  /** Whether texts for the documentation stay. */
  keepsDocumentation = false;

  afterParse(parser) {
    for (const source of parser.sources) {
      if (!source.normalizedPath.startsWith("assembly/")) continue;
      if (!this.keepsDocumentation) source.statements = source.statements.filter((node) => !isRowAlone(node));
      for (const statement of source.statements) this.#visit(statement);
    }
  }

  /** Replaces calls below a statement that runs once; functions and classes are left alone. */
  #visit(node) {
    if (node.kind === NodeKind.FunctionDeclaration || node.kind === NodeKind.ClassDeclaration) return;
    for (const [name, value] of Object.entries(node)) {
      if (name === "range" || value === null || typeof value !== "object") continue;
      if (Array.isArray(value)) for (const [i, item] of value.entries()) value[i] = this.#replace(item);
      else node[name] = this.#replace(value);
    }
  }

  #replace(node) {
    if (typeof node?.kind !== "number" || node.range === undefined) return node;
    this.#visit(node);
    if (node.kind !== NodeKind.Call || node.expression.kind !== NodeKind.Identifier) return node;
    const [first] = node.args;
    if (first?.kind !== NodeKind.Literal || first.literalKind !== LiteralKind.String) return node;
    const { range } = node;
    const called = node.expression.text;
    if (called === "literal") return bytesOf(first.value, range);
    if (this.keepsDocumentation) return node;
    const empty = () => Node.createStringLiteralExpression("", range);
    if (called === "row") {
      const name = first.value.slice(first.value.lastIndexOf(".") + 1);
      const key = name.endsWith("[]") ? `"${name.slice(0, -2)}":[` : `"${name}":"`;
      const zero = Node.createIntegerLiteralExpression(integer(0), range);
      node.args.splice(0, node.args.length, empty(), empty(), zero, empty(), bytesOf(key, range));
    }
    if (called === "field") {
      const marks = node.args[1] ?? Node.createIntegerLiteralExpression(integer(0), range);
      node.args.splice(0, node.args.length, empty(), marks, bytesOf(first.value, range));
    }
    return node;
  }
}

/** A mapping row that no code writes by its name: it is there for the documentation alone. */
function isRowAlone(statement) {
  const call = statement.kind === NodeKind.Expression ? statement.expression : undefined;
  return call?.kind === NodeKind.Call && call.expression.text === "row";
}

/** The compiler's own 64-bit integers, which it puts into the global scope. */
const integer = (value) => globalThis.i64_new(value, 0);

/** `memory.data<u8>([…], 8) + 8` */
function bytesOf(text, range) {
  const bytes = new Uint8Array(BEFORE + ((text.length + 15) & ~7));
  new DataView(bytes.buffer).setUint32(BEFORE - 4, text.length, true);
  bytes.set(new TextEncoder().encode(text), BEFORE);
  const number = (value) => Node.createIntegerLiteralExpression(integer(value), range);
  const name = (value) => Node.createIdentifierExpression(value, range);
  const u8 = Node.createNamedType(Node.createSimpleTypeName("u8", range), null, false, range);
  const data = Node.createCallExpression(
    Node.createPropertyAccessExpression(name("memory"), name("data"), range),
    [u8],
    [Node.createArrayLiteralExpression([...bytes].map(number), range), number(8)],
    range,
  );
  return Node.createBinaryExpression(Token.Plus, data, number(BEFORE), range);
}
