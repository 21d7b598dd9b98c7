#pragma once

#include "app/pages/document.hpp"
#include "http/router.hpp"

namespace cruddur::app::pages {

// Adds the page to a table that has the API's routes: its files, and a document for each of its addresses.
// Where an address shows something, the document holds what the API answers to nobody, as HTML and as data.
// Any other address that is asked for is a document that says so, 404; those below /api/ and /assets/ keep
// the server's own. Throws as frame does. `table` outlives its handlers.
void add_pages(http::router& table, const site_params& site);

} // namespace cruddur::app::pages
