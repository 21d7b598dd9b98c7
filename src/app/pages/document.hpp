#pragma once

#include "http/message.hpp"
#include "http/static_file.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::app::pages {

// What the page needs beside its files.
struct site_params {
    std::span<const http::static_file> files;
    http::body_bytes configuration; // what GET /api/configuration answers
    std::string connect_to;         // another origin that the page's scripts may call, or ""
};

// One address of the page, before it has been filled in.
struct document {
    unsigned status = 200;
    bool filled =
        true;          // false where the API could not answer: the page asks it again, and says what is wrong
    std::string title; // "" is Cruddur's own
    std::string description;           // "" is Cruddur's own
    std::string_view kind = "website"; // of OpenGraph: website, profile, article
    std::string canonical{};           // the path that the address should have had, or ""
    std::string origin{};              // as asked for, such as "https://cruddur.example", or ""
    std::string username{};            // of OpenGraph's profile, or ""
    bool listed = false;               // search engines may list it
    std::string lines{};               // HTML
    std::string asked{};               // the API's path whose answer `given` is: the page need not ask again
    std::string given{};               // JSON
    std::string link{};                // its Link
    std::string etag{};                // its ETag
};

// Fills index.html in: what stands there between <!--head--> and <!--/head-->, and between <!--lines--> and
// <!--/lines-->, is replaced, and the data stand where <!--data--> does. Immutable; safe on any thread.
class frame {
public:
    // Throws std::invalid_argument where index.html is not among the files, or lacks a mark or its one
    // script.
    explicit frame(const site_params& site);

    // With its entity tag, and the headers that keep others' scripts and frames out.
    [[nodiscard]] std::shared_ptr<const http::rendered> fill(const document& with) const;
    [[nodiscard]] http::response answer(const document& with) const;

private:
    std::string before_head_;
    std::string before_lines_;
    std::string before_data_;
    std::string behind_;
    std::string configuration_;
    std::string policy_;
};

} // namespace cruddur::app::pages
