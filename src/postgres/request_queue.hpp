#pragma once

#include "postgres/libpq.hpp"
#include "postgres/request.hpp"

#include <deque>
#include <functional>

namespace cruddur::postgres {

// Which result belongs to whom on one connection in pipeline mode. It does no I/O: sent() says what was given
// to libpq, received() is fed each thing that PQgetResult returned, in order. Every request ends with a sync
// point of its own, so an error is the front request's alone.
class request_queue {
public:
    // `prepares`: its PREPARE was sent before it.
    void sent(request_ptr who, bool prepares);

    // The front request's answer, once its sync point has come. Null is the NULL that ends a command's
    // results. The answer to an abandoned request is returned too, so that its memory can be used again: look
    // at `abandoned`.
    std::optional<answer> received(result_ptr part);

    // Everything that is unanswered, in order: for a connection that died. What the server said last to the
    // front request, such as that it shuts down, is in `why`.
    std::vector<request_ptr> fail(error& why);

    // Calls `each` with every unanswered request, oldest first.
    void visit(const std::function<void(request&)>& each);

    [[nodiscard]] std::size_t size() const { return unanswered_.size(); }
    [[nodiscard]] bool empty() const { return unanswered_.empty(); }

private:
    struct entry {
        request_ptr who;
        bool prepares;
    };
    std::deque<entry> unanswered_;
    bool preparing_ = false; // the next result is PREPARE's
    bool prepare_failed_ = false;
    result<rows> outcome_;
};

} // namespace cruddur::postgres
