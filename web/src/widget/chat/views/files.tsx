/**
 * A file in the conversation: a picture as its thumbnail, which opens it large; anything else, and a picture that does not load, by
 * name; and one that is on its way.
 */
import type { MessageFile } from "../../../api/wire";
import { fill } from "../texts";
import { mayRetry, sizeText, type Upload } from "../uploads";
import { useUi } from "./context";
import { Icon } from "./parts";

/** Longest side of a thumbnail in the window, pixels. */
const side_max = 220;
/** Its shortest: room for a finger. */
const side_min = 44;

interface FileLinkProps {
  file: MessageFile;
  /** Its picture cannot be had. */
  broken: boolean;
  onBroken(): void;
}

export function FileLink({ file, broken, onBroken }: FileLinkProps) {
  const { act, host, language, t } = useUi();
  const { picture, thumb_url, name } = file;
  if (picture && thumb_url && !broken) {
    const scale = Math.min(1, side_max / Math.max(picture.width, picture.height));
    return (
      <button
        type="button"
        class="thumb"
        id={`picture-${file.id}`}
        aria-haspopup="dialog"
        onClick={() => act({ type: "picture_opened", file })}
      >
        <img
          src={host + thumb_url}
          alt={fill(t.picture, { name })}
          width={Math.max(side_min, Math.round(picture.width * scale))}
          height={Math.max(side_min, Math.round(picture.height * scale))}
          onError={onBroken}
        />
      </button>
    );
  }
  return (
    <a class="file-link" href={host + file.url} target="_blank" rel="noopener noreferrer" download={name}>
      <Icon name="file" />
      <span>
        <b dir="auto">{name}</b>
        <small>{sizeText(file.bytes, language)}</small>
      </span>
    </a>
  );
}

export function UploadLine({ upload }: { upload: Upload }) {
  const { act, language, t } = useUi();
  const { file, failed, id } = upload;
  const share = Math.round(upload.sent * 100);
  return (
    <div class={`line mine${failed ? " failed" : " waiting"}`}>
      <div class="bubble file-link">
        <Icon name="file" />
        <span>
          <b dir="auto">{file.name}</b>
          <small>{sizeText(file.size, language)}</small>
          {!failed && (
            <progress value={share} max={100} aria-label={fill(t.file_sending, { name: file.name })} />
          )}
        </span>
      </div>
      <div class="mark" role={failed ? "alert" : undefined}>
        {failed ? <span>{t[`file_${failed}`]}</span> : t.sending}
        {mayRetry(upload) && (
          <button type="button" onClick={() => act({ type: "upload_retried", id })}>
            {t.try_again}
          </button>
        )}
        <button type="button" onClick={() => act({ type: "upload_dropped", id })}>
          {failed ? t.discard : t.cancel}
        </button>
      </div>
    </div>
  );
}
