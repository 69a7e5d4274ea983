/** Owns the outline of the mark on a 24 × 24 grid, drawn with the even-odd rule. */
export const MARK_PATH =
  "M4 1.5h16a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3h-7.6L7 23.5v-4H4a3 3 0 0 1-3-3v-12a3 3 0 0 1 3-3zM8.2 11.6l-.8-.95a.87.87 0 0 0-1.35 1.1l2.2 3.1c.9 1.3 2 2.05 3.6 2.05h.5a4.3 4.3 0 0 0 4.3-4.3V7.5a.8.8 0 0 0-1.6 0v2.6h-.5V5.6a.83.83 0 0 0-1.66 0v4.1h-.5V4.8a.85.85 0 0 0-1.7 0v4.9h-.5V5.8a.83.83 0 0 0-1.66 0z";
