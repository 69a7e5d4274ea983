/** The mark, a raised hand in a speech bubble, and the other line drawings; each one path on a 24-unit grid. */
const svg_ns = "http://www.w3.org/2000/svg";

export const mark =
  "M4 1.5h16a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3h-7.6L7 23.5v-4H4a3 3 0 0 1-3-3v-12a3 3 0 0 1 3-3zM8.2 11.6l" +
  "-.8-.95a.87.87 0 0 0-1.35 1.1l2.2 3.1c.9 1.3 2 2.05 3.6 2.05h.5a4.3 4.3 0 0 0 4.3-4.3V7.5a.8.8 0 0 0" +
  "-1.6 0v2.6h-.5V5.6a.83.83 0 0 0-1.66 0v4.1h-.5V4.8a.85.85 0 0 0-1.7 0v4.9h-.5V5.8a.83.83 0 0 0-1.66 " +
  "0z";

export function drawMark(path: string, stroke = false): SVGSVGElement {
  const svg = document.createElementNS(svg_ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(svg_ns, "path");
  shape.setAttribute("d", path);
  shape.setAttribute(stroke ? "stroke" : "fill", "currentColor");
  if (stroke) shape.setAttribute("fill", "none");
  else shape.setAttribute("fill-rule", "evenodd");
  svg.append(shape);
  return svg;
}
