/** Owns the preview of the widget: its page in a frame, and the choice of state, language, device and colour scheme. */
import { ActionIcon, Alert, Modal, SegmentedControl, Select, Tooltip } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconAlertTriangle, IconMaximize } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type PreviewConfig, preview_path, type Scene, scenes } from "../../../api/preview";
import { serverNow } from "../../ui/server-time";
import { languageName } from "../languages";
import { configOf, type Look, type View, WIDGET_LANGUAGES } from "./look";
import classes from "./Preview.module.css";

const DEVICES = { desktop: { width: 640, height: 660 }, phone: { width: 390, height: 760 } };
const HEIGHT_MAX = 520;
/** Of the screen, on both sides. */
const BORDERS = 2;
/** A frame that has not said by then that it listens does not come. */
const READY_MS_MAX = 10_000;
type Device = keyof typeof DEVICES;

const GROUPS: { name: "launcher" | "offer" | "before" | "chat" | "instead"; scenes: Scene[] }[] = [
  { name: "launcher", scenes: ["launcher", "unread", "minimised"] },
  { name: "offer", scenes: ["card", "toast", "banner", "modal", "inline", "folded", "invitation"] },
  { name: "before", scenes: ["form", "form_errors", "queue", "alerted"] },
  { name: "chat", scenes: ["conversation", "ended", "survey", "transcript"] },
  { name: "instead", scenes: ["out_of_hours", "channel_off", "no_agent", "enquiry", "enquiry_taken"] },
];

interface WidgetPreviewProps {
  look: Look;
  /** The state to begin with, and to go to when it changes. */
  scene: Scene;
  /** The language that is being edited. */
  language: string;
}

export function WidgetPreview({ look, scene, language }: WidgetPreviewProps) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>({ scene, language, dark: false });
  const [device, setDevice] = useState<Device>("desktop");
  const [large, setLarge] = useState(false);
  const [followed, setFollowed] = useState({ scene, language });
  if (followed.scene !== scene || followed.language !== language) {
    setFollowed({ scene, language });
    setView({ ...view, scene, language });
  }
  const config = useConfig(look, view);
  const bar = <Bar look={look} view={view} device={device} onView={setView} onDevice={setDevice} />;
  return (
    <figure className={classes.preview} aria-label={t("preview.title")}>
      {bar}
      {large ? (
        <div className={classes.stage} />
      ) : (
        <Stage config={config} device={device} heightMax={HEIGHT_MAX} />
      )}
      <figcaption className={classes.foot}>
        <span>{t("preview.note")}</span>
        <Tooltip label={t("preview.enlarge")}>
          <ActionIcon
            variant="default"
            size="md"
            aria-label={t("preview.enlarge")}
            onClick={() => setLarge(true)}
          >
            <IconMaximize size={16} />
          </ActionIcon>
        </Tooltip>
      </figcaption>
      <Modal opened={large} onClose={() => setLarge(false)} fullScreen title={t("preview.title")}>
        <div className={classes.large}>
          {bar}
          <Stage config={config} device={device} heightMax={Number.POSITIVE_INFINITY} />
        </div>
      </Modal>
    </figure>
  );
}

function useConfig(look: Look, view: View): PreviewConfig {
  const [now] = useState(serverNow);
  return useMemo(() => configOf(look, view, now), [look, view, now]);
}

interface BarProps {
  look: Look;
  view: View;
  device: Device;
  onView(view: View): void;
  onDevice(device: Device): void;
}

function Bar({ look, view, device, onView, onDevice }: BarProps) {
  const { t, i18n } = useTranslation();
  const written = [...Object.keys(look.design.texts), ...Object.keys(look.styling.texts)];
  const tags = [...new Set([...WIDGET_LANGUAGES, ...written, view.language])];
  return (
    <div className={classes.bar}>
      <Select
        aria-label={t("preview.state")}
        allowDeselect={false}
        maxDropdownHeight={360}
        data={GROUPS.map(({ name, scenes: within }) => ({
          group: t(`preview.groups.${name}`),
          items: within.map((value) => ({ value, label: t(`preview.scenes.${value}`) })),
        }))}
        value={view.scene}
        onChange={(value) =>
          onView({ ...view, scene: scenes.find((known) => known === value) ?? view.scene })
        }
      />
      <Select
        aria-label={t("preview.language")}
        allowDeselect={false}
        searchable
        data={tags.map((tag) => ({ value: tag, label: languageName(tag, i18n.language) }))}
        value={view.language}
        onChange={(value) => value && onView({ ...view, language: value })}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("preview.device")}
        data={(["desktop", "phone"] as const).map((value) => ({
          value,
          label: t(`preview.devices.${value}`),
        }))}
        value={device}
        onChange={(value) => onDevice(value === "phone" ? "phone" : "desktop")}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("preview.scheme")}
        data={(["light", "dark"] as const).map((value) => ({ value, label: t(`preview.schemes.${value}`) }))}
        value={view.dark ? "dark" : "light"}
        onChange={(value) => onView({ ...view, dark: value === "dark" })}
      />
    </div>
  );
}

function Stage({ config, device, heightMax }: { config: PreviewConfig; device: Device; heightMax: number }) {
  const { t } = useTranslation();
  const { ref, width, height } = useElementSize();
  const [frame, failed] = useFrame(config);
  const size = DEVICES[device];
  const room = Number.isFinite(heightMax) ? heightMax : height;
  const scale = Math.min(1, (width - BORDERS) / size.width, (room - BORDERS) / size.height) || 0.5;
  return (
    <div className={classes.stage}>
      <div className={classes.room} ref={ref}>
        {failed && (
          <Alert
            color="red"
            role="alert"
            icon={<IconAlertTriangle />}
            title={t("preview.failed_title")}
            mb={8}
          >
            {t("preview.failed_text")}
          </Alert>
        )}
        <div
          className={classes.screen}
          data-device={device}
          style={{ width: size.width * scale, height: size.height * scale }}
        >
          <iframe
            ref={frame}
            src={preview_path}
            title={t("preview.title")}
            width={size.width}
            height={size.height}
            style={{ transform: `scale(${scale})` }}
          />
        </div>
      </div>
    </div>
  );
}

/** Tells the frame what to show whenever that changes, from when it listens; it alone is listened to. */
function useFrame(config: PreviewConfig) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [failed, setFailed] = useState(false);
  const latest = useRef(config);
  latest.current = config;
  useEffect(() => {
    const onMessage = ({ origin, source, data }: MessageEvent) => {
      const target = frame.current?.contentWindow;
      if (origin !== location.origin || !target || source !== target) return;
      if (Object(data).type !== "beckon_preview_ready") return;
      clearTimeout(late);
      setFailed(false);
      target.postMessage(latest.current, location.origin);
    };
    const late = setTimeout(() => setFailed(true), READY_MS_MAX);
    addEventListener("message", onMessage);
    return () => {
      clearTimeout(late);
      removeEventListener("message", onMessage);
    };
  }, []);
  useEffect(() => {
    frame.current?.contentWindow?.postMessage(config, location.origin);
  }, [config]);
  return [frame, failed] as const;
}
