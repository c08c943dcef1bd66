// Starts Swagger UI on our own description; validatorUrl is off because it would call another host.
"use strict";

const host = document.getElementById("swagger");

window.SwaggerUIBundle({
  url: host.dataset.openapi,
  domNode: host,
  deepLinking: true,
  validatorUrl: null,
  presets: [window.SwaggerUIBundle.presets.apis],
});
