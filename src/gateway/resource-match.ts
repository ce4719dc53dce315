/** Whether a policy's resource matches a text, as IAM does it: `*` is any run of characters, slashes included, `?` any one. */
export function matchesResource(resource: string, text: string): boolean {
  let [at, position, star, restart] = [0, 0, -1, 0];
  while (position < text.length) {
    const wanted = resource[at];
    if (wanted === "*") {
      [star, restart] = [at, position];
      at += 1;
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[position])) {
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
