import type { KeySnapshot } from "./create-keys.ts";

/** The key sets of `keys.snapshot.json`, which the build puts here where that file exists. */
export const pinnedKeys: KeySnapshot | undefined = undefined;
