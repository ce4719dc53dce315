/** Every path of so many segments at most, each one of these; an empty segment is a doubled slash, or one at the end. */
export function everyPath(segments: readonly string[], most: number): string[] {
  const paths = new Set(["/"]);
  let longest = [""];
  for (let length = 1; length <= most; length += 1) {
    longest = longest.flatMap((start) => segments.map((segment) => `${start}/${segment}`));
    for (const path of longest) paths.add(path);
  }
  return [...paths];
}
