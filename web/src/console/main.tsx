/** Owns the start of the console: providers around the application, nothing else. */
import "@mantine/core/styles.layer.css";
import "./global.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { onSignedOut } from "./api/http";
import { createQueryClient, keys } from "./api/queries";
import "./i18n";
import { cssVariables, theme } from "./theme";

const queryClient = createQueryClient();
onSignedOut(() => queryClient.setQueryData(keys.session, null));

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has an element with the id root");
createRoot(root).render(
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </MantineProvider>,
);
