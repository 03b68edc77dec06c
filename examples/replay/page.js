// `ast` has expressions interpreted: the page forbids itself to evaluate text as a program.
const options = { actions: false, renderer: "svg", ast: true, tooltip: { theme: "shop" } };
const views = [];
for (const [key, spec] of Object.entries(charts)) {
  const place = document.querySelector(`[data-chart="${key}"]`);
  vegaEmbed(place, { ...spec, usermeta: { embedOptions: {} } }, options)
    .then((drawn) => { views.push(drawn.view); place.dataset.drawn = "yes"; })
    .catch((error) => { place.textContent = `This chart could not be drawn: ${error.message}`; });
}
