import { deepFreeze } from "../json.ts";
import type { AuthorizerContext } from "../principal/codec.ts";
import type { Principal } from "../principal/principal.ts";

/**
 * An encoder that encodes once what it is given again. Only a remembered principal is frozen, and nothing frozen can come to mean
 * something else; any other is encoded anew every time.
 */
export function encodeOnce(encode: (principal: Principal) => AuthorizerContext): (principal: Principal) => AuthorizerContext {
  const contexts = new WeakMap<Principal, AuthorizerContext>();
  return (principal) => {
    const known = contexts.get(principal);
    if (known !== undefined) return known;
    const context = encode(principal);
    if (Object.isFrozen(principal)) contexts.set(principal, deepFreeze(context));
    return context;
  };
}
