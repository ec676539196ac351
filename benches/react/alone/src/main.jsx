// The app of examples/react without a cache: what React and the app itself weigh.
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { loadReading } from "../../../../examples/react/src/weather.js";
import "../../../../examples/react/src/style.css";

function Station({ place }) {
  const [value, setValue] = useState();
  const [error, setError] = useState();
  const load = () => void loadReading(place).then(setValue, setError);
  useEffect(load, [place]);
  const state = value ? "fresh" : "pending";
  return (
    <li data-state={state}>
      <h2>{place}</h2>
      <p className="degrees">{value ? `${value.degrees} °C` : "…"}</p>
      <p className="state">
        {state}
        {value && `, measured at ${value.time.toLocaleTimeString()}`}
      </p>
      {error && <p role="alert">{error.message}</p>}
      <button type="button" onClick={load}>
        Measure again
      </button>
    </li>
  );
}

function App() {
  const [round, setRound] = useState(0);
  return (
    <main>
      <h1>Weather stations</h1>
      <p>Open this page in a second tab, reload it, go offline.</p>
      <ul>
        {["Oslo", "Lima", "Pune"].map((place) => (
          <Station key={`${place} ${round}`} place={place} />
        ))}
      </ul>
      <button type="button" onClick={() => setRound(round + 1)}>
        Measure all again, in every tab
      </button>
    </main>
  );
}

createRoot(document.getElementById("root")).render(<App />);
