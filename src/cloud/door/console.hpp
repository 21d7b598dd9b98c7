#pragma once

#include "cloud/wire/signature.hpp"
#include "cloud/wire/web.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::door {

// The console: the page at /console that asks local AWS by AWS's own clients, signed as any other caller's
// requests are. Its powers are the page's alone:
//  - It signs by a key pair of this run, which only its document holds. The endpoint takes no call of a page,
//    its own origin's included, that this pair has not signed: what another page of this port left open,
//    or a page that a service shows here, can do nothing.
//  - The document is given to a browser that shows it as a page of its own, and to no script, frame, image or
//    worker: by Sec-Fetch-Dest, frame-ancestors, and Cross-Origin-Opener-Policy, which takes its window from
//    whoever opened it. Host and Origin have been judged before (wire::caller_rules), so that no name that
//    was rebound, and no other origin, reaches it at all.
//  - Where signatures are required the document holds no key: whoever reaches the port could take it from
//    there. The page then asks for a key that is admitted, and keeps it for its tab.
//  - Its policy admits scripts and styles of its own files alone, and calls of its own origin alone.
// On the loop's thread.
class console {
public:
    // `signs_itself`: a key pair is made, and handed out in the document. `region` is the one shown first.
    console(bool signs_itself, std::string region);

    // Whose signatures are taken of pages.
    [[nodiscard]] const wire::key_ring& keys() const { return keys_; }
    // The document for who asks; 403 for what is not a browser's own page.
    [[nodiscard]] http::response document(const http::request& from) const;
    // A file of the page, "index-3f2a1b.js"; 404 where there is none.
    [[nodiscard]] http::response asset(std::string_view name, const http::request& from) const;

private:
    wire::key_ring keys_;
    std::string access_key_; // "" where it does not sign by itself
    std::string secret_;
    std::string region_;
    std::string before_session_;
    std::string behind_session_;
};

// A page's script sent it, or an element of a page: a browser says so. A person's visit is none.
[[nodiscard]] bool is_from_page(const http::request& from);

[[nodiscard]] std::span<const wire::web_route> console_web_routes();

} // namespace cruddur::cloud::door
