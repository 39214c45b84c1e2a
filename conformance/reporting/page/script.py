"""What the page does beyond being read: filters, copying, opening what is printed.

Exchanges are printed as they are on the screen: those that lead to a finding stay closed.
"""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.reporting.page.markup import Markup

SCRIPT: Final = Markup("""
(function () {
  "use strict";
  var filters = document.getElementById("filters");
  var rows = Array.prototype.slice.call(document.querySelectorAll(".requirements tbody tr"));
  var words = document.getElementById("words");
  var matching = document.getElementById("matching");
  function filter() {
    var off = {};
    filters.querySelectorAll("input[type=checkbox]").forEach(function (box) {
      if (!box.checked) { off[box.name + " " + box.value] = true; }
    });
    var wanted = words.value.toLowerCase();
    var shown = 0;
    rows.forEach(function (row) {
      var hides = ["verdict", "level", "subject"].some(function (name) {
        return off[name + " " + row.dataset[name]];
      });
      row.hidden = hides || row.textContent.toLowerCase().indexOf(wanted) < 0;
      shown += row.hidden ? 0 : 1;
    });
    matching.textContent = shown + " of " + rows.length;
  }
  filters.hidden = false;
  filters.addEventListener("input", filter);
  filters.addEventListener("submit", function (event) { event.preventDefault(); });
  filter();

  document.addEventListener("click", function (event) {
    if (!event.target.classList.contains("copy")) { return; }
    var button = event.target;
    var text = button.parentNode.querySelector("pre").textContent;
    navigator.clipboard.writeText(text).then(
      function () { button.textContent = "Copied"; },
      function () { button.textContent = "Select it and press Ctrl-C"; }
    );
  });

  function arrive() {
    var place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (place && place.hidden) { place.hidden = false; place.scrollIntoView(); }
  }
  window.addEventListener("hashchange", arrive);
  arrive();

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open]):not(.exchange)"));
    closed.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (part) { part.open = false; });
  });
})();
""")
