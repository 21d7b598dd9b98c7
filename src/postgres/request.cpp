#include "postgres/request.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace cruddur::postgres {

namespace asio = boost::asio;

const prepared_statement& statement_registry::find_or_add(const statement& what) {
    if (const auto found = statements_.find(what.name); found != statements_.end()) {
        assert(found->second->sql == what.sql && "two statements of one name");
        return *found->second;
    }
    auto added = std::make_unique<prepared_statement>(
        prepared_statement{std::string{what.name}, std::string{what.sql}, statements_.size()});
    const std::string_view key = added->name;
    return *statements_.emplace(key, std::move(added)).first->second;
}

bool request::fill(statement_registry& prepared, const statement& stated,
                   std::span<const parameter> parameters, const query_options& options) {
    deadline = clock::now() + options.timeout;
    format = options.format;
    what = &prepared.find_or_add(stated);
    return bind(parameters);
}

bool request::bind(std::span<const parameter> parameters) {
    std::size_t size = 0;
    for (const parameter& value : parameters) {
        if (!value) continue;
        if (value->find('\0') != std::string_view::npos) return false;
        size += value->size() + 1;
    }
    bytes.reserve(size);
    values.reserve(parameters.size());
    for (const parameter& value : parameters) {
        if (!value) {
            values.push_back(nullptr);
            continue;
        }
        values.push_back(bytes.data() + bytes.size());
        bytes.append(*value);
        bytes.push_back('\0');
    }
    return true;
}

query_handler take_handler(request& from) {
    query_handler handler = std::move(*from.handler);
    from.handler.reset();
    if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
    return handler;
}

void complete(query_handler handler, result<rows> outcome) {
    const auto executor = asio::get_associated_executor(handler);
    asio::dispatch(executor, [handler = std::move(handler), outcome = std::move(outcome)]() mutable {
        std::move(handler)(std::move(outcome));
    });
}

void refuse(query_handler handler, error why) {
    const auto executor = asio::get_associated_executor(handler);
    asio::post(executor, [handler = std::move(handler), why = std::move(why)]() mutable {
        std::move(handler)(result<rows>{std::move(why)});
    });
}

error nul_in_parameter() {
    return {.kind = failure::usage, .sqlstate = "22021", .message = "a parameter holds a NUL character"};
}

} // namespace cruddur::postgres
