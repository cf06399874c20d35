// The map of a presence. Without this script, or without WebGL, the page keeps the drawing of the server.
import * as maplibre from "maplibre-gl";

const INK = "#1b1f22";
const ACCENT = "#0b5563";
const LABELS = ["Noto Sans", "Noto Sans Arabic", "sans-serif"];
const EMPTY = { type: "FeatureCollection", features: [] };
const LEAST_PX = 4;
const GREATEST_PX = 22;
const SIZE = 64;

const holder = document.getElementById("map");
const says = document.getElementById("map-says");
const drawn = document.getElementById("map-drawn");

if (holder && hasWebGL()) start();

function hasWebGL() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

function start() {
  holder.hidden = false;
  maplibre.setWorkerUrl(new URL(holder.dataset.worker, location.href).href);
  const map = new maplibre.Map({
    container: holder,
    style: style(),
    bounds: bounds(),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    locale: { "Map.Title": holder.dataset.title },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.ScaleControl({ unit: "metric" }), rtl() ? "bottom-right" : "bottom-left");
  addButtons(map);
  map.on("load", () => show(map));
  map.on("error", (event) => fail(event.error));
  map.once("webglcontextlost", () => giveUp(map));
}

function rtl() {
  return document.documentElement.dir === "rtl";
}

function bounds() {
  const [west, south, east, north] = holder.dataset.box.split(",").map(Number);
  return [[west, south], [east, north]];
}

async function show(map) {
  map.addImage("dashed", dashedRing(), { pixelRatio: 2 });
  const ground = new Ground(map);
  const signs = new Signs(map);
  try {
    const whole = await fetchJson(holder.dataset.points);
    for (const name of ["sites", "populations", "rings"]) map.getSource(name).setData(whole[name]);
    signs.put(whole.signs);
    signs.isCrowded = whole.signs.features.some((one) => !one.properties.href);
  } catch (error) {
    fail(error);
    giveUp(map);
    return;
  }
  await ground.follow();
  map.on("moveend", () => { ground.follow(); signs.follow(); });
  addPopups(map);
  drawn.hidden = true;
  map.once("idle", () => { holder.dataset.ready = "yes"; });
  map.triggerRepaint();
}

// Coast, lakes, rivers and places are fetched for three times the view, and again when the view leaves that.
class Ground {
  constructor(map) { this.map = map; this.held = null; this.zoom = null; }

  async follow() {
    const view = this.map.getBounds();
    const zoom = this.map.getZoom();
    if (this.held && inside(view, this.held) && zoom < this.zoom + 2) return;
    const box = widen(view);
    try {
      const layers = await fetchJson(`${holder.dataset.ground}?box=${box.join(",")}`);
      for (const [name, data] of Object.entries(layers)) this.map.getSource(name).setData(data);
      [this.held, this.zoom] = [box, zoom];
    } catch (error) {
      fail(error);
    }
  }
}

// Where hexagons stand for incidents, a closer view asks for finer ones.
class Signs {
  constructor(map) { this.map = map; this.isCrowded = false; this.asked = 0; }

  // The area is the count, by one scale for the whole view: the greatest circle is the greatest count.
  put(signs) {
    const most = signs.features.reduce((held, one) => Math.max(held, one.properties.number), 1);
    const radius = ["max", 2, ["*", Math.min(LEAST_PX, GREATEST_PX / Math.sqrt(most)), ["sqrt", ["get", "number"]]]];
    this.map.setPaintProperty("signs-solid", "circle-radius", radius);
    this.map.setPaintProperty("signs-dashed", "circle-radius", radius);
    this.map.setPaintProperty("signs-cloud", "circle-radius", ["*", 2.2, radius]);
    this.map.setLayoutProperty("signs-ring", "icon-size", ["/", radius, SIZE / 4 - 1]);
    this.map.getSource("signs").setData(signs);
  }

  async follow() {
    if (!this.isCrowded) return;
    const asked = ++this.asked;
    const box = clampBox(this.map.getBounds());
    try {
      const part = await fetchJson(`${holder.dataset.points}&box=${box.join(",")}`);
      if (asked === this.asked) this.put(part.signs);
    } catch (error) {
      fail(error);
    }
  }
}

function inside(view, box) {
  return view.getWest() >= box[0] && view.getSouth() >= box[1] && view.getEast() <= box[2] && view.getNorth() <= box[3];
}

function widen(view) {
  const wide = view.getEast() - view.getWest();
  const high = view.getNorth() - view.getSouth();
  if (wide * 3 >= 360) return [-180, -85, 180, 85];
  return [view.getWest() - wide, Math.max(view.getSouth() - high, -85), view.getEast() + wide, Math.min(view.getNorth() + high, 85)];
}

function clampBox(view) {
  if (view.getEast() - view.getWest() >= 360) return [-180, -90, 180, 90];
  return [view.getWest(), Math.max(view.getSouth(), -90), view.getEast(), Math.min(view.getNorth(), 90)];
}

async function fetchJson(address) {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  return answer.json();
}

function fail(error) {
  says.textContent = holder.dataset.failed;
  holder.dataset.error = String(error && error.message ? error.message : error);
}

function giveUp(map) {
  map.remove();
  holder.hidden = true;
  drawn.hidden = false;
}

function style() {
  const names = ["land", "lakes", "rivers", "boundaries", "places", "rings", "populations", "sites", "signs"];
  const sources = Object.fromEntries(names.map((name) => [name, { type: "geojson", data: EMPTY }]));
  return { version: 8, sources, layers: [...groundLayers(), ...ringLayers(), ...placeLayers(), ...signLayers()] };
}

function groundLayers() {
  return [
    { id: "water", type: "background", paint: { "background-color": "#e3ebee" } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f4f2ec" } },
    { id: "coast", type: "line", source: "land", paint: { "line-color": "#8b979d", "line-width": 0.8 } },
    { id: "lakes", type: "fill", source: "lakes", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#e3ebee", "fill-outline-color": "#8b979d" } },
    { id: "rivers", type: "line", source: "rivers", paint: { "line-color": "#8fb3c4", "line-width": 1 } },
    { id: "boundaries", type: "line", source: "boundaries", paint: { "line-color": "#6b7378", "line-width": 0.8, "line-dasharray": [4, 3] } },
    { id: "places", type: "symbol", source: "places", layout: label("name", 11), paint: text("#4a5257") },
  ];
}

function ringLayers() {
  return [
    { id: "rings", type: "line", source: "rings", paint: { "line-color": ACCENT, "line-width": 1.2 } },
    { id: "ring-names", type: "symbol", source: "rings", layout: { ...label("label", 11), "symbol-placement": "line", "text-anchor": "center", "text-offset": [0, 0], "symbol-spacing": 400 }, paint: text(ACCENT) },
  ];
}

function placeLayers() {
  const square = ["case", ["get", "is_working"], INK, "#9aa3a8"];
  return [
    { id: "populations", type: "circle", source: "populations", paint: { "circle-radius": 4.5, "circle-color": "#ffffff", "circle-stroke-color": INK, "circle-stroke-width": 1.6 } },
    { id: "sites", type: "symbol", source: "sites", layout: { "text-field": "\u25A0", "text-font": LABELS, "text-size": 15, "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": square, "text-halo-color": "#ffffff", "text-halo-width": 1.2 } },
    { id: "site-names", type: "symbol", source: "sites", layout: label("title", 12), paint: text(INK) },
    { id: "population-names", type: "symbol", source: "populations", layout: label("title", 11), paint: text(INK) },
  ];
}

function signLayers() {
  const radius = LEAST_PX; // until the first counts are there
  const fill = ["match", ["get", "look"], "verified", "#0072b2", "#ffffff"];
  const edge = ["match", ["get", "look"], "verified", "#00324f", "#3f484d"];
  const circle = { "circle-radius": radius, "circle-color": fill, "circle-opacity": 0.55 };
  const only = (name) => ["==", ["get", "edge"], name];
  return [
    { id: "signs-cloud", type: "circle", source: "signs", filter: only("cloud"), paint: { ...circle, "circle-color": edge, "circle-radius": 2.2 * radius, "circle-blur": 1, "circle-opacity": 0.6 } },
    { id: "signs-dashed", type: "circle", source: "signs", filter: only("dashed"), paint: circle },
    { id: "signs-ring", type: "symbol", source: "signs", filter: only("dashed"), layout: { "icon-image": "dashed", "icon-size": radius / (SIZE / 4 - 1), "icon-allow-overlap": true, "icon-ignore-placement": true } },
    { id: "signs-solid", type: "circle", source: "signs", filter: only("solid"), paint: { ...circle, "circle-stroke-color": edge, "circle-stroke-width": 1.3 } },
  ];
}

function label(field, size) {
  return { "text-field": ["get", field], "text-font": LABELS, "text-size": size, "text-anchor": "top", "text-offset": [0, 0.6], "text-optional": true };
}

function text(colour) {
  return { "text-color": colour, "text-halo-color": "#ffffff", "text-halo-width": 1.4 };
}

function dashedRing() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = "#3f484d";
  pen.lineWidth = 4;
  pen.setLineDash([9, 6.7]);
  pen.beginPath();
  pen.arc(SIZE / 2, SIZE / 2, SIZE / 2 - 3, 0, 2 * Math.PI);
  pen.stroke();
  return pen.getImageData(0, 0, SIZE, SIZE);
}

function addPopups(map) {
  const layers = ["signs-solid", "signs-dashed", "signs-cloud", "sites", "populations"];
  for (const layer of layers) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
  map.on("click", (event) => {
    const found = map.queryRenderedFeatures(event.point, { layers });
    if (found.length) new maplibre.Popup({ maxWidth: "20rem" }).setLngLat(event.lngLat).setDOMContent(describe(found)).addTo(map);
  });
}

function describe(found) {
  const list = document.createElement("div");
  for (const { properties } of found.slice(0, 5)) {
    const title = document.createElement("p");
    const name = document.createElement("strong");
    name.dir = "auto";
    name.textContent = properties.title;
    title.append(name);
    const words = document.createElement("p");
    words.textContent = properties.words;
    list.append(title, words);
    if (!properties.href) continue;
    const way = document.createElement("a");
    way.href = properties.href;
    way.textContent = holder.dataset.open;
    list.append(way);
  }
  return list;
}

function addButtons(map) {
  const box = document.createElement("div");
  box.className = "buttons";
  const deeds = [["+", "closer", () => map.zoomIn()], ["\u2212", "farther", () => map.zoomOut()], ["\u25A1", "whole", () => map.fitBounds(bounds())]];
  for (const [sign, name, deed] of deeds) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.title = holder.dataset[name];
    button.setAttribute("aria-label", holder.dataset[name]);
    button.addEventListener("click", deed);
    box.append(button);
  }
  holder.append(box);
}
