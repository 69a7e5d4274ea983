/** Owns the looks of a second window of the console: the same style sheets, colours and language, kept in step. */

export function dress(view: Window): () => void {
  const { document: mini } = view;
  for (const sheet of document.head.querySelectorAll('link[rel="stylesheet"], style')) {
    mini.head.append(sheet.cloneNode(true));
  }
  const copy = () => {
    for (const { name, value } of document.documentElement.attributes) {
      mini.documentElement.setAttribute(name, value);
    }
    mini.title = document.title;
  };
  copy();
  const added = (records: MutationRecord[]) => {
    for (const node of records.flatMap((record) => [...record.addedNodes])) {
      const style = node instanceof HTMLStyleElement;
      const link = node instanceof HTMLLinkElement && node.rel === "stylesheet";
      if (style || link) mini.head.append(node.cloneNode(true));
    }
    copy();
  };
  const watch = new MutationObserver(added);
  watch.observe(document.documentElement, { attributes: true });
  watch.observe(document.head, { childList: true });
  return () => watch.disconnect();
}
