#include "http/session.hpp"

#include "http/request_id.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

namespace cruddur::http {
namespace {

constexpr std::chrono::milliseconds linger_timeout{2'000};
constexpr int rounds_max = 16; // of one session before others come first
constexpr int discards_max = 64;
constexpr std::size_t write_progress_bytes = 64 * 1024; // what a slow peer must take within write_timeout
constexpr std::size_t body_space_bytes = 8 * 1024;      // beside the header, in the input buffer

std::string_view code_of(unsigned status) {
    if (status == 404) return "not_found";
    if (status == 405) return "method_not_allowed";
    if (status == 408) return "request_timeout";
    if (status == 413) return "payload_too_large";
    if (status == 500) return "generic_500";
    if (status == 503) return "unavailable";
    return "malformed_request";
}

// The exception's text may quote what a stranger sent: it goes to the log alone.
void log_failure(const turn& of, std::exception_ptr why) {
    const auto& request = of.request;
    try {
        std::rethrow_exception(std::move(why));
    } catch (const std::exception& error) {
        spdlog::error("request {}: {} {} failed: {}", request.id, to_string(request.method), of.route,
                      error.what());
    } catch (...) {
        spdlog::error("request {}: {} {} failed: an unknown exception", request.id, to_string(request.method),
                      of.route);
    }
}

} // namespace

session::session(context& with, int descriptor, std::string_view peer)
    : context_(with)
    , descriptor_(descriptor)
    , peer_size_(static_cast<std::uint8_t>(std::min(peer.size(), peer_.size()))) {
    std::copy_n(peer.begin(), peer_size_, peer_.begin());
    deadline_ = context_.now + context_.params.limit.idle_timeout;
}

session::~session() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void session::enter(phase next, std::chrono::milliseconds timeout) {
    phase_ = next;
    deadline_ = context_.now + timeout;
}

void session::ready(std::uint32_t events) {
    if (phase_ == phase::closed) return;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) readable_ = true;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) hung_up_ = true;
    if (phase_ == phase::handling) {
        // A reset cannot be answered. An end of input can: some clients close their side once they have
        // asked. Such a handler has until the second sweep.
        if ((events & (EPOLLHUP | EPOLLERR)) != 0) cancel_handler();
        return;
    }
    if (phase_ == phase::lingering)
        discard();
    else if (readable_ || phase_ == phase::writing)
        advance();
}

void session::resume() {
    resuming_ = false;
    if (phase_ != phase::closed && phase_ != phase::handling && phase_ != phase::lingering) advance();
}

// Reads, answers and sends until there is nothing left to do.
void session::advance() {
    if (!work_) work_ = context_.lend();
    for (int round = 0; round < rounds_max; ++round) {
        if (!make_progress()) return;
    }
    if (resuming_) return;
    resuming_ = true;
    context_.resume_later(*this);
}

bool session::make_progress() {
    if (!work_->output.empty() && !flush()) return false;
    if (work_->more) {
        ask_for_piece();
        return false;
    }
    if (closing_) {
        finish_closing();
        return false;
    }
    if (route_ == nullptr) {
        const auto next = parse();
        if (next == step::answered) return true;
        if (next == step::more) return !work_->output.empty() || receive();
        if (!work_->output.empty()) return true; // what was asked before is sent before its handler runs
    }
    start_handler();
    return false;
}

bool session::receive() {
    while (readable_) {
        work_->input.make_room(work_->parser ? work_->header_bytes : 0,
                               context_.params.limit.header_bytes_max + body_space_bytes,
                               work_->parser ? &*work_->parser : nullptr);
        const auto space = work_->input.space();
        const auto size = ::recv(descriptor_, space.data(), space.size(), MSG_DONTWAIT);
        if (size > 0) {
            work_->input.commit(static_cast<std::size_t>(size));
            // A short read emptied the socket: the next bytes raise a new edge. An end that was seen raises
            // none.
            if (static_cast<std::size_t>(size) < space.size() && !hung_up_) readable_ = false;
            return true;
        }
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) {
            readable_ = false;
            break;
        }
        close();
        return false;
    }
    rest();
    return false;
}

// Nothing to read and nothing to send. Between requests the workspace goes back.
void session::rest() {
    if (work_->parser) {
        const auto& limit = context_.params.limit;
        if (work_->parser->is_header_done()) {
            if (phase_ != phase::body) enter(phase::body, limit.body_timeout);
        } else if (phase_ != phase::header) {
            enter(phase::header, limit.header_timeout);
        }
        return;
    }
    if (!work_->input.unread().empty()) {
        if (phase_ != phase::header) enter(phase::header, context_.params.limit.header_timeout);
        return;
    }
    if (context_.draining) {
        close();
        return;
    }
    context_.take_back(std::move(work_));
    enter(phase::idle, context_.params.limit.idle_timeout);
}

// Takes turns off the input until it needs more, or has as many as may be answered at once, or one needs its
// handler.
session::step session::parse() {
    auto& work = *work_;
    while (!closing_ && work.used < context_.params.limit.pipelined_max) {
        if (!work.parser && !begin_turn()) return step::more;
        auto& parser = *work.parser;
        const bool in_header = !parser.is_header_done();
        const auto unread = work.input.unread().size();
        const auto taken = parser.feed(work.input.unread());
        if (in_header || parser.is_done())
            work.input.consume(taken);
        else
            work.input.cut(taken);
        if (in_header) work.header_bytes += taken;
        if (parser.refused() != 0) {
            refuse(parser.refused());
            break;
        }
        if (in_header && parser.is_header_done()) finish_header();
        if (parser.is_done()) {
            const auto next = dispatch();
            if (next == step::handle) return next;
        } else if (taken == 0 || taken == unread) {
            return step::more;
        }
    }
    return step::answered;
}

// False where no byte of a request is there. An empty line before it is forgiven, as RFC 9112 (2.2) asks.
bool session::begin_turn() {
    auto& work = *work_;
    if (work.input.unread().starts_with("\r\n")) work.input.consume(2);
    if (work.input.unread().empty() || work.input.unread() == "\r") return false;
    auto& next = work.current();
    work.parser.emplace(next.request, next.body, context_.params.limit, context_.routes.get());
    work.header_bytes = 0;
    if (phase_ != phase::header) enter(phase::header, context_.params.limit.header_timeout);
    return true;
}

void session::finish_header() {
    auto& work = *work_;
    work.current().started = context_.now;
    enter(phase::body, context_.params.limit.body_timeout);
    if (work.parser->is_done() || !work.parser->expects_continue() || !work.input.unread().empty()) return;
    constexpr std::string_view proceed = "HTTP/1.1 100 Continue\r\n\r\n";
    work.output.head.append(proceed);
    work.output.append(proceed.size(), {});
}

// Answers the turn that was received, or finds the handler that will.
session::step session::dispatch() {
    auto& work = *work_;
    auto& now = work.current();
    now.version_1_1 = work.parser->version_1_1();
    now.keep_alive = work.parser->keep_alive() && !context_.draining;
    work.parser.reset();
    phase_ = phase::idle;
    auto& request = now.request;
    identify(request, now.id);
    now.route = {};
    try {
        name_client(now);
        if (const auto& admit = context_.params.admit) {
            if (auto turned_down = admit(request)) {
                answer(now, std::move(*turned_down));
                return step::answered;
            }
        }
        auto found = context_.routes->find(request.method, request.path);
        if (found.status != 200) {
            answer_unmatched(now, found);
            return step::answered;
        }
        now.route = found.found->pattern;
        request.parameters = std::move(found.parameters);
        if (found.found->first) {
            if (auto outcome = found.found->first(request)) {
                answer(now, std::move(*outcome));
                return step::answered;
            }
        }
        route_ = found.found;
        return step::handle;
    } catch (...) {
        fail(now, std::current_exception());
        return step::answered;
    }
}

void session::name_client(turn& of) {
    of.request.peer = {peer_.data(), peer_size_};
    of.request.forwarded = false;
    if (!context_.params.client) return;
    of.client = context_.params.client(of.request);
    if (of.client.empty()) return;
    of.request.peer = of.client;
    of.request.forwarded = true;
}

void session::answer_unmatched(turn& of, router::match& found) {
    auto& request = of.request;
    if (request.path == "*") {
        found.status = 204;
        found.allow = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
    }
    if (const auto& fallback = context_.routes->fallback(); found.status == 404 && fallback) {
        auto page = fallback(request);
        if (page && (request.method == verb::get || request.method == verb::head))
            return answer(of, std::move(*page));
        if (page) {
            found.status = request.method == verb::options ? 204 : 405;
            found.allow = "GET, HEAD, OPTIONS";
        }
    }
    if (found.status == 204) return answer(of, answer_options(request, std::move(found.allow)));
    auto outcome = refusal(of, found.status);
    if (found.status == 405) outcome.fields.emplace_back("Allow", std::move(found.allow));
    answer(of, std::move(outcome));
}

response session::refusal(const turn& of, unsigned status) const {
    auto outcome = context_.params.refuse ? context_.params.refuse(of.request, status)
                                          : response::failure(status, code_of(status));
    if (status == 503) outcome.fields.emplace_back("Retry-After", "1");
    return outcome;
}

void session::answer(turn& with, response outcome) {
    if (!with.keep_alive || context_.draining) closing_ = true;
    if (outcome.more && !with.version_1_1) closing_ = true;
    with.answer = std::move(outcome);
    auto& output = work_->output;
    const auto before = output.head.size();
    const reply_params params{context_.params.allowed_origins, context_.params.limit.compress_bytes_min,
                              context_.date, closing_, !with.version_1_1};
    with.sent = compose(output.head, with.request, with.answer, params, context_.press);
    output.append(output.head.size() - before, with.sent.body);
    if (with.sent.status == 200 && with.request.method != verb::head)
        work_->more = std::move(with.answer.more);
    ++work_->used;
}

void session::fail(turn& with, std::exception_ptr why) {
    log_failure(with, std::move(why));
    answer(with, refusal(with, 500));
}

// The request cannot be read to its end: what follows on the connection means nothing.
void session::refuse(unsigned status) {
    auto& now = work_->current();
    if (!work_->parser) now.request = {}; // not begun: its views are an older request's
    work_->parser.reset();
    now.request.body = {};
    name_client(now);
    now.keep_alive = false;
    now.route = {};
    if (phase_ == phase::header) now.started = context_.now;
    lingering_ = true;
    identify(now.request, now.id);
    answer(now, refusal(now, status));
}

void session::turn_away() {
    work_ = context_.lend();
    auto& now = work_->current();
    now.request = {};
    name_client(now);
    now.keep_alive = false;
    now.started = context_.now;
    now.route = {};
    lingering_ = true;
    identify(now.request, now.id);
    answer(now, refusal(now, 503));
    advance();
}

void session::start_handler() {
    const auto* const route = std::exchange(route_, nullptr);
    enter(phase::handling, context_.params.limit.handler_timeout);
    cancelled_ = timed_out_ = hang_up_swept_ = false;
    auto& now = work_->current();
    try {
        boost::asio::co_spawn(context_.loop, route->answer(now.request),
                              boost::asio::bind_cancellation_slot(
                                  work_->cancel.slot(), [this, alive = context_.shared_from_this()](
                                                            std::exception_ptr failed, response outcome) {
                                      handled(std::move(failed), std::move(outcome));
                                  }));
    } catch (...) {
        handled(std::current_exception(), {});
    }
}

void session::handled(std::exception_ptr failed, response outcome) {
    context_.refresh();
    work_->cancel.slot().clear();
    if (phase_ == phase::closed) {
        context_.bury(*this);
        return;
    }
    phase_ = phase::idle;
    auto& now = work_->current();
    if (!failed) {
        answer(now, std::move(outcome));
    } else if (timed_out_) {
        answer(now, refusal(now, 503));
    } else if (cancelled_) {
        close(); // nobody is there to be answered
        return;
    } else {
        fail(now, std::move(failed));
    }
    advance();
}

// What was sent before has been taken.
void session::ask_for_piece() {
    enter(phase::handling, context_.params.limit.handler_timeout);
    cancelled_ = timed_out_ = hang_up_swept_ = false;
    try {
        boost::asio::co_spawn(
            context_.loop, work_->more(),
            boost::asio::bind_cancellation_slot(
                work_->cancel.slot(), [this, alive = context_.shared_from_this()](
                                          std::exception_ptr failed, std::optional<std::string> piece) {
                    add_piece(std::move(failed), std::move(piece));
                }));
    } catch (...) {
        add_piece(std::current_exception(), std::nullopt);
    }
}

void session::add_piece(std::exception_ptr failed, std::optional<std::string> piece) {
    context_.refresh();
    work_->cancel.slot().clear();
    if (phase_ == phase::closed) {
        context_.bury(*this);
        return;
    }
    phase_ = phase::idle;
    const auto& now = *work_->turns.front();
    auto& output = work_->output;
    if (failed) {
        if (!cancelled_ || timed_out_) log_failure(now, std::move(failed));
        close(); // without the end of the chunks
        return;
    }
    const bool in_chunks = now.version_1_1;
    if (!piece) {
        work_->more = nullptr;
        if (in_chunks) {
            output.head.append("0\r\n\r\n");
            output.append(5, {});
        } else {
            finish_turns();
        }
    } else if (!piece->empty()) {
        work_->piece = std::move(*piece);
        work_->more_bytes += work_->piece.size();
        const auto before = output.head.size();
        if (in_chunks) fmt::format_to(std::back_inserter(output.head), "{:x}\r\n", work_->piece.size());
        output.append(output.head.size() - before, work_->piece);
        if (in_chunks) {
            output.head.append("\r\n");
            output.append(2, {});
        }
    }
    if (std::exchange(resuming_, true)) return;
    context_.resume_later(*this); // not from here: a source that never waits would call itself
}

void session::cancel_handler() {
    if (std::exchange(cancelled_, true)) return;
    work_->cancel.emit(boost::asio::cancellation_type::terminal);
}

// True when all is sent.
bool session::flush() {
    std::size_t sent = 0;
    const int failed = work_->output.send(descriptor_, sent);
    if (failed == EAGAIN) {
        unreported_ += sent;
        if (phase_ != phase::writing || unreported_ >= write_progress_bytes) {
            unreported_ = 0;
            enter(phase::writing, context_.params.limit.write_timeout);
        }
        return false;
    }
    if (failed != 0) {
        close();
        return false;
    }
    if (phase_ == phase::writing) phase_ = phase::idle;
    if (work_->more)
        work_->output.clear(); // its turn goes on
    else
        finish_turns();
    return true;
}

void session::finish_turns() {
    if (context_.params.observe) {
        const auto done = context::clock::now();
        for (std::size_t at = 0; at < work_->used; ++at) {
            const auto& each = *work_->turns[at];
            context_.params.observe({each.request, each.route, each.sent.status,
                                     each.sent.body.size() + work_->more_bytes, done - each.started});
        }
    }
    work_->drop_sent();
}

void session::finish_closing() {
    // Closing with bytes unread would reset the connection, and the peer could lose the answer.
    if (!lingering_ && !readable_ && work_->input.unread().empty()) {
        close();
        return;
    }
    ::shutdown(descriptor_, SHUT_WR);
    context_.take_back(std::move(work_));
    enter(phase::lingering, linger_timeout);
    discard();
}

void session::discard() {
    for (int round = 0; round < discards_max && readable_; ++round) {
        const auto size =
            ::recv(descriptor_, context_.discarded.data(), context_.discarded.size(), MSG_DONTWAIT);
        if (size > 0 || (size < 0 && errno == EINTR)) continue;
        if (size == 0 || errno != EAGAIN) {
            close();
            return;
        }
        readable_ = false;
    }
}

void session::sweep() {
    const bool late = context_.now >= deadline_;
    switch (phase_) {
    case phase::handling:
        if (hung_up_ && std::exchange(hang_up_swept_, true)) cancel_handler();
        if (late && !cancelled_) {
            timed_out_ = true;
            cancel_handler();
        }
        break;
    case phase::header:
    case phase::body:
        if (late) catch_up();
        if (!is_reading() || context_.now < deadline_) break;
        refuse(408);
        advance();
        break;
    case phase::writing:
        if (late) abort();
        break;
    case phase::lingering:
        if (late)
            close();
        else
            discard();
        break;
    case phase::idle:
        if (late && !catch_up()) close();
        break;
    case phase::closed:
        break;
    }
}

// A loop that was held up sweeps before it is told of what has come meanwhile. That came in time, and a
// connection that is closed with bytes unread is reset. False where nothing has come.
bool session::catch_up() {
    char next = 0;
    if (::recv(descriptor_, &next, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) return false;
    readable_ = true;
    advance();
    return true;
}

void session::drain() {
    if (phase_ != phase::idle || resuming_) return;
    readable_ = true;
    advance();
}

void session::abort() {
    if (phase_ == phase::closed) return;
    // What the peer did not take is dropped now, not kept by the system for minutes.
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void session::close() {
    const bool handling = phase_ == phase::handling;
    phase_ = phase::closed;
    context_.forget(descriptor_);
    ::close(descriptor_);
    descriptor_ = -1;
    if (handling) {
        cancel_handler(); // it buries the session when it is done
        return;
    }
    if (work_) context_.take_back(std::move(work_));
    context_.bury(*this);
}

} // namespace cruddur::http
