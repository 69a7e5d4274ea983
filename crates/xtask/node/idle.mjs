/** A server that holds connections, over `ws`: answers each frame with itself. */
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("message", (frame) => {
    if (JSON.parse(frame).type) socket.send(frame.toString());
  });
});
server.on("listening", () => console.log(`127.0.0.1:${server.address().port}`));
