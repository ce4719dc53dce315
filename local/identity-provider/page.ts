/** Text that is already safe to be part of a page. */
export interface Html {
  readonly html: string;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const render = (value: string | Html | readonly Html[]): string => {
  if (typeof value === "string") return value.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
  return "html" in value ? value.html : value.map(({ html: text }) => text).join("");
};

/** A piece of a page: what is put into it is escaped unless it is a piece itself. */
export const html = (parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html => ({
  html: parts.reduce((text, part, index) => text + render(values[index - 1] ?? "") + part),
});

/** A whole page, all of its own: no script, no font and no picture from anywhere. */
export const page = (title: string, content: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
${content}
</main>
<p class="local"><span></span>Local twin. This page and its tokens exist on this machine only.</p>
</body>
</html>
`.html;

/** What a browser may load into these pages: nothing but their own style. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

const STYLE = `
:root { --ink: #1b2430; --soft: #5b6675; --line: #dfe4ea; --card: #fff; --back: #eef1f5; --accent: #2456c7; --tint: #eef3fd; --warn: #9a5b00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9edf2; --soft: #9aa6b5; --line: #313c4a; --card: #1a222d; --back: #10161e; --accent: #8ab0ff; --tint: #202d42; --warn: #f0b355; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.25rem;
  padding: 2rem 1rem; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 27rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 2rem;
  box-shadow: 0 12px 32px rgb(15 25 45 / 8%); }
main:has(.wide) { max-width: 46rem; }
header { display: flex; gap: .9rem; align-items: center; margin-bottom: 1.5rem; }
header svg { flex: none; color: var(--accent); }
h1 { font-size: 1.3rem; line-height: 1.25; margin: 0; letter-spacing: -.01em; }
h2 { font-size: .8rem; text-transform: uppercase; letter-spacing: .07em; color: var(--soft); margin: 1.75rem 0 .6rem; }
header code { display: block; }
header p, .about { margin: 0; color: var(--soft); font-size: .9rem; }
code, pre { font: .82rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { margin: 0; padding: .9rem 1rem; white-space: pre-wrap; background: var(--back); border: 1px solid var(--line); border-radius: 10px; }
button, .persona { width: 100%; font: inherit; color: inherit; cursor: pointer; border-radius: 10px; }
.persona { display: flex; gap: .85rem; align-items: center; text-align: left; text-decoration: none; padding: .7rem .85rem; margin-bottom: .55rem;
  background: none; border: 1px solid var(--line); }
.persona:hover { border-color: var(--accent); background: var(--tint); }
.persona b { display: block; line-height: 1.3; }
.persona small { display: block; color: var(--soft); font-size: .83rem; line-height: 1.35; }
.persona i { flex: none; display: grid; place-items: center; width: 2.4rem; height: 2.4rem; border-radius: 50%; background: var(--tint);
  color: var(--accent); font-style: normal; font-weight: 650; }
.or { display: flex; align-items: center; gap: .8rem; margin: 1.25rem 0; color: var(--soft); font-size: .83rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
label { display: block; font-size: .87rem; font-weight: 550; margin-bottom: .9rem; }
input { display: block; width: 100%; margin-top: .3rem; padding: .6rem .75rem; font: inherit; font-weight: 400; color: inherit; background: var(--back);
  border: 1px solid var(--line); border-radius: 10px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.primary { display: block; padding: .65rem; border: 0; border-radius: 10px; background: var(--accent); color: var(--card); font-weight: 600;
  text-align: center; text-decoration: none; }
a.primary { display: inline-block; padding: .45rem 1.1rem; }
section { padding-bottom: 1.5rem; border-bottom: 1px solid var(--line); }
ul { list-style: none; margin: .9rem 0 1.1rem; padding: 0; }
li { margin-bottom: .45rem; line-height: 1.35; }
li small { display: block; color: var(--soft); font-size: .85rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1rem; }
.actions button { width: auto; padding: .45rem .9rem; border: 1px solid var(--line); background: none; font-size: .9rem; }
.actions button:hover { border-color: var(--accent); background: var(--tint); }
.actions .end { border-color: var(--warn); color: var(--warn); }
.calls { list-style: none; margin: 0; padding: 0; }
.calls li { margin-bottom: .9rem; }
.calls p { display: flex; gap: .7rem; align-items: baseline; margin: 0 0 .35rem; }
.calls b { padding: 0 .55rem; border-radius: 99px; font-size: .82rem; border: 1px solid currentColor; }
.fine { color: #2c9a5b; }
.refused { color: var(--warn); }
.error { margin: 0 0 1rem; padding: .6rem .85rem; border-radius: 10px; border: 1px solid var(--warn); color: var(--warn); font-size: .9rem; }
.local { margin: 0; color: var(--soft); font-size: .83rem; text-align: center; }
.local span { display: inline-block; width: .55rem; height: .55rem; border-radius: 50%; background: #2c9a5b; margin-right: .5rem; }
`;
