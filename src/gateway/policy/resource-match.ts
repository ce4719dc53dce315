/** Whether a policy's resource matches a text, as IAM does it: `*` is any run of characters, slashes included, `?` any one. */
export function matchesResource(resource: string, text: string): boolean {
  let [at, position, star, restart] = [0, 0, -1, 0];
  while (position < text.length) {
    const wanted = resource[at];
    if (wanted === "*") {
      [star, restart] = [at, position];
      at += 1;
    } else if (wanted === "?" || wanted === text[position]) {
      at += 1;
      position += 1;
    } else if (star !== -1) {
      restart += 1;
      [at, position] = [star + 1, restart];
    } else {
      return false;
    }
  }
  while (resource[at] === "*") at += 1;
  return at === resource.length;
}

/**
 * Finds, of many resources, those that match a text, and answers what each stands for. Resources that begin with a method and a
 * segment without wildcards are looked up by these; only the others are tried one by one.
 */
export function indexResources<T>(entries: Iterable<readonly [resource: string, value: T]>): (text: string) => readonly T[] {
  const byHead = new Map<string, Map<string, T[]>>();
  for (const [resource, value] of entries) {
    const head = headOf(resource);
    const key = /[*?]/.test(head) ? ANY_HEAD : head;
    const resources = byHead.get(key) ?? new Map<string, T[]>();
    const values = resources.get(resource) ?? [];
    values.push(value);
    byHead.set(key, resources.set(resource, values));
  }
  return (text) => {
    const found: T[] = [];
    for (const resources of [byHead.get(headOf(text)), byHead.get(ANY_HEAD)]) {
      for (const [resource, values] of resources ?? []) if (matchesResource(resource, text)) found.push(...values);
    }
    return found;
  };
}

/** Stands for heads with wildcards: no request has it. */
const ANY_HEAD = "\0";

/** `GET/orders` of `GET/orders/7`: all up to the second slash. */
function headOf(text: string): string {
  const end = text.indexOf("/", text.indexOf("/") + 1);
  return end === -1 ? text : text.slice(0, end);
}
