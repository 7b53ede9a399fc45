// What a slider stands at is told while it is moved. Without this it is told when the form was sent.
"use strict";

for (const slider of document.querySelectorAll(".slider input[type=range]")) {
  const told = slider.parentElement.querySelector("output");
  slider.addEventListener("input", () => { told.textContent = `${slider.value}%`; });
}
