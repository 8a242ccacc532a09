// The as-pect compiler transform, made to work with AssemblyScript 0.28. @as-pect/transform 8.1.0 knows the kinds of
// syntax nodes by the numbers they had in 0.27. 0.28 moved them by one, so its own entry point finds no class, and
// `toStrictEqual` on objects does not compile. This calls its two member factories with the numbers they know.

import { createAddReflectedValueKeyValuePairsMember } from "@as-pect/transform/lib/createAddReflectedValueKeyValuePairsMember.js";
import { createStrictEqualsMember } from "@as-pect/transform/lib/createStrictEqualsMember.js";
import { NodeKind } from "assemblyscript/dist/assemblyscript.js";
import { Transform } from "assemblyscript/transform";

/** The only kinds that the factories ask about, as they were numbered in 0.27. */
const KIND_IN_0_27 = new Map([
  [NodeKind.FieldDeclaration, 54],
  [NodeKind.MethodDeclaration, 58],
]);

const withOldKind = (member) =>
  Object.create(member, { kind: { value: KIND_IN_0_27.get(member.kind) ?? -1 } });

function addMembers(statements) {
  for (const node of statements) {
    if (node.kind === NodeKind.NamespaceDeclaration) addMembers(node.members);
    if (node.kind !== NodeKind.ClassDeclaration) continue;
    const seen = Object.create(node, { members: { value: node.members.map(withOldKind) } });
    node.members.push(createStrictEqualsMember(seen), createAddReflectedValueKeyValuePairsMember(seen));
  }
}

export default class AsPectTransform extends Transform {
  afterParse(parser) {
    for (const source of parser.sources) addMembers(source.statements);
  }
}
