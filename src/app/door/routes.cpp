#include "app/door/routes.hpp"

#include "app/door/service.hpp"
#include "app/pages/places.hpp"
#include "app/topics/account.hpp"
#include "app/topics/activities.hpp"
#include "app/topics/feed.hpp"
#include "app/topics/messages.hpp"
#include "app/topics/notifications.hpp"
#include "app/topics/operation.hpp"
#include "app/topics/profiles.hpp"
#include "app/topics/reactions.hpp"
#include "app/topics/reports.hpp"
#include "app/topics/search.hpp"
#include "app/topics/threads.hpp"
#include "app/topics/users.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace cruddur::app::door {

std::shared_ptr<const http::router>
make_routes(const resources& with, std::span<const http::static_file> page, const user_pool& sign_in) {
    auto table = std::make_shared<http::router>();
    for (const auto topic :
         {topics::operation_endpoints(), topics::feed_endpoints(), topics::activity_endpoints(),
          topics::search_endpoints(), topics::notification_endpoints(), topics::reaction_endpoints(),
          topics::thread_endpoints(), topics::user_endpoints(), topics::profile_endpoints(),
          topics::account_endpoints(), topics::message_endpoints(), topics::report_endpoints()})
        answer::add_endpoints(*table, topic, with);
    if (!page.empty()) pages::add_pages(*table, {page, with.configuration, sign_in.endpoint});
    return table;
}

http::body_bytes configuration_of(const user_pool& sign_in) {
    boost::json::value pool; // null
    if (!sign_in.id.empty()) {
        pool = {{"region", sign_in.region},
                {"id", sign_in.id},
                {"client_id", sign_in.client_id},
                {"endpoint", sign_in.endpoint}};
    }
    return http::body_bytes::of(boost::json::serialize(boost::json::object{{"user_pool", std::move(pool)}}));
}

std::shared_ptr<const http::router> make_metrics_routes(const metrics_collector& all) {
    auto table = std::make_shared<http::router>();
    table->add(http::verb::get, "/metrics", [&all](http::request&) -> boost::asio::awaitable<http::response> {
        http::response made;
        made.content_type = "text/plain; version=0.0.4; charset=utf-8";
        made.body = http::body_bytes::of(all.text());
        co_return made;
    });
    return table;
}

} // namespace cruddur::app::door
