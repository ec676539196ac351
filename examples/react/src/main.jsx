import { createRoot } from "react-dom/client";
import { useCachedState } from "dogpile/react";
import { region } from "./cache.js";
import { loadReading } from "./weather.js";
import "./style.css";

const options = { refetchOnFocus: true, refetchOnReconnect: true };

function Station({ place }) {
  const { value, error, state, refresh } = useCachedState(region, `station:${place}`, () => loadReading(place), options);
  return (
    <li data-state={state}>
      <h2>{place}</h2>
      <p className="degrees">{value ? `${value.degrees} °C` : "…"}</p>
      <p className="state">
        {state}
        {value && `, measured at ${value.time.toLocaleTimeString()}`}
      </p>
      {error && <p role="alert">{error.message}</p>}
      <button type="button" onClick={refresh}>
        Measure again
      </button>
    </li>
  );
}

function App() {
  return (
    <main>
      <h1>Weather stations</h1>
      <p>Open this page in a second tab, reload it, go offline.</p>
      <ul>
        {["Oslo", "Lima", "Pune"].map((place) => (
          <Station key={place} place={place} />
        ))}
      </ul>
      <button type="button" onClick={() => region.invalidate({ soft: true })}>
        Measure all again, in every tab
      </button>
    </main>
  );
}

createRoot(document.getElementById("root")).render(<App />);
