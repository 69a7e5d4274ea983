/** Owns the mini window (P-12, P-13): a small window that the browser keeps on top, where it has such a thing. */
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { listenForShortcuts } from "../keys/useShortcut";
import { warned } from "../ui/notify";
import { dress } from "./dress";

const SIZE = { width: 360, height: 520 };

interface PictureInPicture {
  requestWindow(size: { width: number; height: number }): Promise<Window>;
}

export interface Mini {
  /** The browser can keep a window of this page on top. */
  supported: boolean;
  open: boolean;
  /** Opens the window; the browser asks that this follows a click or a key. */
  pin(): void;
  /** Shows this chat in the window, if it is open. */
  front(chat: string): void;
  /** The agent is at work in the window. */
  hasFocus(): boolean;
}

interface Shown {
  view: Window | null;
  chat: string | null;
}

const MiniContext = createContext<{ mini: Mini; shown: Shown } | null>(null);
const MiniWindow = lazy(() => import("./MiniWindow").then((module) => ({ default: module.MiniWindow })));

export function MiniProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [view, setView] = useState<Window | null>(null);
  const [chat, setChat] = useState<string | null>(null);
  const held = useRef<Window | null>(null);
  held.current = view;
  useSecondWindow(view, setView);

  const mini = useMemo<Mini>(() => {
    const api = pictureInPicture();
    const failed = (error: Error) => warned(t("mini.failed", { detail: error.message }));
    return {
      supported: api !== null,
      open: view !== null,
      pin() {
        if (held.current) held.current.focus();
        else api?.requestWindow(SIZE).then(setView, failed);
      },
      front: setChat,
      hasFocus: () => held.current?.document.hasFocus() ?? false,
    };
  }, [view, t]);
  const value = useMemo(() => ({ mini, shown: { view, chat } }), [mini, view, chat]);
  return <MiniContext.Provider value={value}>{children}</MiniContext.Provider>;
}

/** The content of the window; stands where the live connection is at hand. */
export function MiniPortal() {
  const { mini, shown } = useMiniContext();
  if (!shown.view) return null;
  return createPortal(
    <Suspense fallback={null}>
      <MiniWindow view={shown.view} chat={shown.chat} onChat={mini.front} />
    </Suspense>,
    shown.view.document.body,
  );
}

export function useMini(): Mini {
  return useMiniContext().mini;
}

function useMiniContext() {
  const context = useContext(MiniContext);
  if (context === null) throw new Error("the mini window stands inside MiniProvider");
  return context;
}

function useSecondWindow(view: Window | null, onChange: (view: Window | null) => void): void {
  useEffect(() => {
    if (!view) return;
    const undress = dress(view);
    const deafen = listenForShortcuts(view);
    const gone = () => onChange(null);
    view.addEventListener("pagehide", gone);
    return () => {
      undress();
      deafen();
      view.removeEventListener("pagehide", gone);
      view.close();
    };
  }, [view, onChange]);
}

function pictureInPicture(): PictureInPicture | null {
  const found = (window as { documentPictureInPicture?: PictureInPicture }).documentPictureInPicture;
  return found ?? null;
}
