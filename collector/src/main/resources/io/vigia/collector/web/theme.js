// Runs before the first paint, so that a chosen theme does not flash.
(function () {
  try {
    var chosen = localStorage.getItem('vigia.theme');
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
  } catch (e) { /* no storage: follow the system */ }
})();
