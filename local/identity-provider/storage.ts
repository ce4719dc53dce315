import type { Adapter, AdapterPayload } from "oidc-provider";

/** What oidc-provider keeps between two requests: in memory, forgotten with the process. One map for each issuer. */
export function memoryStorage(): (model: string) => Adapter {
  const entries = new Map<string, AdapterPayload>();
  return (model) => adapter(entries, `${model}:`);
}

function adapter(entries: Map<string, AdapterPayload>, prefix: string): Adapter {
  const search = (member: "uid" | "userCode", value: string) =>
    [...entries].find(([key, payload]) => key.startsWith(prefix) && payload[member] === value)?.[1];
  return {
    upsert: async (id, payload) => void entries.set(prefix + id, payload),
    find: async (id) => entries.get(prefix + id),
    findByUid: async (uid) => search("uid", uid),
    findByUserCode: async (userCode) => search("userCode", userCode),
    destroy: async (id) => void entries.delete(prefix + id),
    consume: async (id) => {
      const payload = entries.get(prefix + id);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, payload] of entries) if (payload.grantId === grantId) entries.delete(key);
    },
  };
}
