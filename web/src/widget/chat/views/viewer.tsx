/** A picture of the conversation, large, over the whole page: a dialog of the browser's own, which keeps the focus in it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MessageFile } from "../../../api/wire";
import { fill } from "../texts";
import { useUi } from "./context";
import { Dots, Icon } from "./parts";

export function Viewer({ file }: { file: MessageFile }) {
  const { act, host, t } = useUi();
  const { name } = file;
  const url = host + file.url;
  const dialog = useRef<HTMLDialogElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const close = () => act({ type: "picture_closed" });
  useLayoutEffect(() => {
    dialog.current?.showModal();
    first.current?.focus();
  }, []);
  return (
    <dialog
      class="viewer"
      aria-modal="true"
      aria-labelledby="viewer-title"
      ref={dialog}
      // A phone closes it by its own way back.
      onClose={close}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <header>
        <div class="title words">
          <h2 id="viewer-title" dir="auto">
            {name}
          </h2>
        </div>
        <a
          class="tool"
          href={url}
          target="_blank"
          rel="noopener noreferrer"
          download={name}
          aria-label={t.download}
          title={t.download}
        >
          <Icon name="save" />
        </a>
        <button type="button" class="tool" aria-label={t.close} title={t.close} ref={first} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Large url={url} alt={fill(t.picture, { name })} close={close} />
    </dialog>
  );
}

function Large({ url, alt, close }: { url: string; alt: string; close(): void }) {
  const { t } = useUi();
  const [loaded, setLoaded] = useState<boolean | null>(null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what else closes it has a role
    // biome-ignore lint/a11y/useKeyWithClickEvents: beside the picture a click closes it, as Escape does
    <div class="large" onClick={(event) => event.target === event.currentTarget && close()}>
      {loaded === null && <Dots />}
      {loaded === false ? (
        <p role="alert">{t.file_broken}</p>
      ) : (
        <img src={url} alt={alt} onLoad={() => setLoaded(true)} onError={() => setLoaded(false)} />
      )}
    </div>
  );
}
