/**
 * What this gateway uses of `node:crypto`. Not by `import`: to list the module's exports for it, Node loads WebCrypto as well,
 * which is a third of what a cold start spends on the two.
 */
export const { createHash, createPublicKey, hash, randomUUID, verify } = process.getBuiltinModule("node:crypto");
