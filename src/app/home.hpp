#pragma once

#include "app/context.hpp"
#include "app/validation.hpp"
#include "postgres/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace cruddur::app {

// GET /api/activities/home, for one event loop. Anybody's first page comes from the snapshot; where that is
// out of date the page is rendered anew, once for all requests of this loop that came since the last commit:
// so a storm of writes costs no more statements than there are requests.
class home {
public:
    static constexpr std::string_view path = "/api/activities/home";

    explicit home(const context& with);
    ~home();
    home(const home&) = delete;
    home& operator=(const home&) = delete;

    // The snapshot's page, where the request asks for it and it is there.
    [[nodiscard]] std::optional<http::response> finished(const http::request& from) const;
    boost::asio::awaitable<http::response> answer(http::request& from);

private:
    struct rendering;
    boost::asio::awaitable<http::response> first_page(const http::request& from);
    boost::asio::awaitable<http::response> page_for(page wanted, std::optional<std::string> caller);
    std::shared_ptr<rendering> begin_rendering(boost::asio::any_io_executor executor);
    boost::asio::awaitable<void> render(std::shared_ptr<rendering> into);

    const context& with_;
    std::shared_ptr<rendering> under_way_; // the latest
};

} // namespace cruddur::app
