// The app of examples/react with TanStack Query.
import { createRoot } from "react-dom/client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { PersistQueryClientProvider } from "@tanstack/react-query-persist-client";
import { loadReading } from "../../../../examples/react/src/weather.js";
import { persister, queryClient } from "./client.js";
import "../../../../examples/react/src/style.css";

function Station({ place }) {
  const { data, error, isPending, isStale, refetch } = useQuery({ queryKey: ["station", place], queryFn: () => loadReading(place) });
  const state = isPending ? "pending" : isStale ? "stale" : "fresh";
  return (
    <li data-state={state}>
      <h2>{place}</h2>
      <p className="degrees">{data ? `${data.degrees} °C` : "…"}</p>
      <p className="state">
        {state}
        {data && `, measured at ${new Date(data.time).toLocaleTimeString()}`}
      </p>
      {error && <p role="alert">{error.message}</p>}
      <button type="button" onClick={() => refetch()}>
        Measure again
      </button>
    </li>
  );
}

function App() {
  const queryClient = useQueryClient();
  return (
    <main>
      <h1>Weather stations</h1>
      <p>Open this page in a second tab, reload it, go offline.</p>
      <ul>
        {["Oslo", "Lima", "Pune"].map((place) => (
          <Station key={place} place={place} />
        ))}
      </ul>
      <button type="button" onClick={() => queryClient.invalidateQueries()}>
        Measure all again, in every tab
      </button>
    </main>
  );
}

createRoot(document.getElementById("root")).render(
  <PersistQueryClientProvider client={queryClient} persistOptions={{ persister }}>
    <App />
  </PersistQueryClientProvider>,
);
