/** Owns the look of the console: colours, type, spacing and the defaults of Mantine's components. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";
import { i18next } from "./i18n";
import { HeldButton } from "./ui/HeldButton";

const accent: MantineColorsTuple = [
  "#effaf8",
  "#d8f1ec",
  "#aee0d8",
  "#7dcbc0",
  "#4db3a8",
  "#26988d",
  "#15857b",
  "#0f766e",
  "#0c615b",
  "#094b47",
];

const gray: MantineColorsTuple = [
  "#fafafa",
  "#f4f4f5",
  "#ececee",
  "#dfdfe2",
  "#cbcbd0",
  "#8a8a92",
  "#66666e",
  "#4d4d54",
  "#36363b",
  "#212124",
];

const dark: MantineColorsTuple = [
  "#e2e2e5",
  "#bdbdc2",
  "#9a9aa1",
  "#707078",
  "#323237",
  "#2d2d32",
  "#242428",
  "#1a1a1d",
  "#131315",
  "#0c0c0e",
];

/** Deep enough that white text on it, and it on white, reaches 4.5 : 1. */
const red: MantineColorsTuple = [
  "#fdf2f2",
  "#fbe0e0",
  "#f6c1c1",
  "#f09c9c",
  "#f87171",
  "#e04545",
  "#c81e1e",
  "#b91c1c",
  "#991b1b",
  "#7f1d1d",
];

const close = { "aria-label": i18next.t("action.close") };

/** What Mantine derives from the scheme in a shade that cannot be read here. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-error": "#c81e1e" },
  dark: { "--mantine-color-error": "#f87171", "--mantine-color-red-light-color": "#f09c9c" },
});

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 7 },
  colors: { accent, gray, dark, red },
  black: "#1b1b1e",
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "18px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.45", lg: "1.5", xl: "1.4" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "16px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
    },
  },
  shadows: {
    xs: "none",
    sm: "none",
    md: "0 4px 16px rgba(0, 0, 0, 0.10)",
    lg: "0 8px 24px rgba(0, 0, 0, 0.14)",
    xl: "0 8px 32px rgba(0, 0, 0, 0.16)",
  },
  // Plain values: `extend` of each component would bring all of them to the page of signing in.
  components: {
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", component: HeldButton } },
    // What comes in answer to something says that it is an alert.
    Alert: { defaultProps: { variant: "light", radius: "sm", role: "note" } },
    Button: { defaultProps: { size: "sm", component: HeldButton }, styles: { root: { fontWeight: 500 } } },
    Drawer: { defaultProps: { closeButtonProps: close } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Modal: {
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.4 }, closeButtonProps: close },
    },
    Notification: { defaultProps: { closeButtonProps: close } },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 12 } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false } },
  },
});
