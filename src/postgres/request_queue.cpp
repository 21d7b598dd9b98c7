#include "postgres/request_queue.hpp"

#include <cassert>
#include <utility>

namespace cruddur::postgres {

void request_queue::sent(request_ptr who, bool prepares) {
    if (unanswered_.empty()) preparing_ = prepares;
    unanswered_.push_back({std::move(who), prepares});
}

std::optional<answer> request_queue::received(result_ptr part) {
    assert(!unanswered_.empty());
    if (part == nullptr) { // the end of PREPARE's results, or of the statement's
        preparing_ = false;
        return std::nullopt;
    }
    switch (PQresultStatus(part.get())) {
    case PGRES_PIPELINE_SYNC: {
        entry front = std::move(unanswered_.front());
        unanswered_.pop_front();
        const bool old = !front.prepares && front.who->what != nullptr;
        answer done{std::move(front.who), std::move(outcome_), prepare_failed_, old};
        outcome_ = rows{};
        prepare_failed_ = false;
        preparing_ = !unanswered_.empty() && unanswered_.front().prepares;
        return done;
    }
    case PGRES_PIPELINE_ABORTED: // the error that aborted it came before
        break;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        if (!preparing_) outcome_ = rows{part.release()};
        break;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        outcome_ = error{.kind = failure::usage,
                         .message = "COPY does not go with a pipeline: use a plain connection",
                         .sent = true};
        break;
    default:
        prepare_failed_ = prepare_failed_ || preparing_;
        if (!outcome_.has_error()) outcome_ = error_of(part.get());
        break;
    }
    return std::nullopt;
}

std::vector<request_ptr> request_queue::fail(error& why) {
    if (outcome_.has_error()) {
        const bool sent = why.sent;
        const failure kind = why.kind;
        why = outcome_.error();
        why.kind = kind;
        why.sent = sent;
    }
    std::vector<request_ptr> all;
    all.reserve(unanswered_.size());
    for (entry& each : unanswered_)
        all.push_back(std::move(each.who));
    unanswered_.clear();
    outcome_ = rows{};
    return all;
}

void request_queue::visit(const std::function<void(request&)>& each) {
    for (entry& one : unanswered_)
        each(*one.who);
}

} // namespace cruddur::postgres
