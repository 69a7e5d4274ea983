/** The mark, a raised hand in a speech bubble, and the other line drawings; each one path on a 24-unit grid. */
const svg_ns = "http://www.w3.org/2000/svg";

export const mark =
  "M12 2C6.2 2 2 5.9 2 10.9c0 2.8 1.4 5.2 3.6 6.8V22l4-2.4c.8.1 1.6.2 2.4.2 5.8 0 10-3.9 10-8.9S17.8 2 12 2Z" +
  "M8.3 8a.9.9 0 0 1 1.8 0v2.4h.4V6.2a.9.9 0 0 1 1.8 0v4.2h.4V7a.9.9 0 0 1 1.8 0v3.6h.4V8.7a.9.9 0 0 1 1.8 0v4.1" +
  "c0 2.3-1.6 3.9-3.9 3.9-1.7 0-2.7-.7-3.5-2L7 11.9c-.6-1 .6-1.9 1.3-1.1Z";

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
