#include "postgres/connection.hpp"

#include <boost/asio/post.hpp>
#include <openssl/ssl.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cruddur::postgres {
namespace {

using wait_type = socket_watch::wait_type;

int count(const request& of) {
    return static_cast<int>(of.values.size());
}

// Bytes that OpenSSL has decrypted and libpq not yet taken: no readiness of the socket will tell of them.
bool tls_has_more(PGconn* libpq) {
    auto* tls = static_cast<SSL*>(PQsslStruct(libpq, "OpenSSL"));
    return tls != nullptr && SSL_pending(tls) > 0;
}

} // namespace

connection::connection(const boost::asio::any_io_executor& executor, connection_ptr open,
                       connection_owner& owner)
    : executor_(executor)
    , socket_(executor)
    , libpq_(std::move(open))
    , owner_(&owner)
    , last_heard_(clock::now()) {}

connection::~connection() {
    close();
}

void connection::start() {
    socket_.assign(PQsocket(libpq_.get()));
    arm_read();
}

std::vector<request_ptr> connection::close() {
    socket_.release(); // before libpq closes it
    libpq_.reset();
    owner_ = nullptr;
    error ignored;
    return queue_.fail(ignored);
}

void connection::arm_read() {
    socket_.async_wait(wait_type::wait_read, [self = shared_from_this()](boost::system::error_code failed) {
        if (!failed && self->libpq_ != nullptr && !self->dying_) self->on_readable();
    });
}

void connection::arm_write() {
    if (write_armed_) return;
    write_armed_ = true;
    socket_.async_wait(wait_type::wait_write, [self = shared_from_this()](boost::system::error_code failed) {
        self->write_armed_ = false;
        if (!failed && self->libpq_ != nullptr && !self->dying_) self->flush();
    });
}

// A failed write is left to the read side to tell: what the server said before it went is still to be read.
void connection::flush() {
    if (PQflush(libpq_.get()) == 1) arm_write();
}

// Better seen now than after a request went out.
bool connection::alive() {
    if (!open()) return false;
    if (!queue_.empty() || !dead_while_idle()) return true;
    fail_soon();
    return false;
}

bool connection::dead_while_idle() {
    char byte = 0;
    const auto peeked = ::recv(PQsocket(libpq_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (peeked < 0 && errno == EAGAIN) return false;
    // It takes one read for the server's last words, and one for the end.
    return !consume() || !consume();
}

bool connection::put(request& what, bool prepare) {
    PGconn* libpq = libpq_.get();
    if (what.what == nullptr) {
        return PQsendQueryParams(libpq, what.sql.c_str(), count(what), nullptr, what.values.data(), nullptr,
                                 nullptr, 0) == 1;
    }
    const char* name = what.what->name.c_str();
    if (prepare && PQsendPrepare(libpq, name, what.what->sql.c_str(), 0, nullptr) != 1) return false;
    return PQsendQueryPrepared(libpq, name, count(what), what.values.data(), nullptr, nullptr,
                               static_cast<int>(what.format)) == 1;
}

bool connection::send(request_ptr& what, clock::time_point now) {
    if (!alive()) return false;
    if (queue_.empty()) last_heard_ = now;
    bool prepare = false;
    if (what->what != nullptr) {
        const std::size_t index = what->what->index;
        if (prepared_.size() <= index) prepared_.resize(index + 1);
        prepare = !prepared_[index];
        prepared_[index] = true;
    }
    if (!put(*what, prepare)) {
        fail_soon();
        return false;
    }
    queue_.sent(std::move(what), prepare);
    // The sync point, which flushes too: as much as the socket takes.
    if (PQpipelineSync(libpq_.get()) != 1) {
        fail_soon();
        return true;
    }
    flush();
    return true;
}

clock::duration connection::silence(clock::time_point now) const {
    return queue_.empty() ? silent_ : std::max(silent_, now - last_heard_);
}

clock::time_point connection::expire(clock::time_point now, const std::function<void(request&)>& late) {
    auto next = clock::time_point::max();
    queue_.visit([&](request& each) {
        if (each.abandoned) return;
        if (each.deadline > now) {
            next = std::min(next, each.deadline);
        } else {
            late(each);
        }
    });
    return next;
}

bool connection::in_transaction() const {
    const auto status = PQtransactionStatus(libpq_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

std::string connection::quoted_identifier(std::string_view name) const {
    const std::unique_ptr<char, decltype(&PQfreemem)> quoted{
        PQescapeIdentifier(libpq_.get(), name.data(), name.size()), &PQfreemem};
    return quoted == nullptr ? std::string{} : std::string{quoted.get()};
}

bool connection::consume() {
    return PQconsumeInput(libpq_.get()) == 1 && PQstatus(libpq_.get()) == CONNECTION_OK;
}

void connection::on_readable() {
    const auto now = clock::now();
    silent_ = queue_.empty() ? clock::duration{} : now - last_heard_;
    last_heard_ = now;
    bool alive = true;
    do {
        alive = consume();
        drain();
    } while (alive && tls_has_more(libpq_.get()));
    if (!alive || PQstatus(libpq_.get()) != CONNECTION_OK) {
        fail_soon();
    } else {
        flush();
        arm_read();
    }
    const auto self = shared_from_this(); // the owner may let go of us
    take_notifications();
    if (answers_.empty() || owner_ == nullptr) return;
    std::vector<answer> answers;
    answers.swap(answers_);
    owner_->answered(*this, answers);
    answers.clear();
    if (answers_.empty()) answers_.swap(answers); // its memory is used again
}

void connection::drain() {
    while (!queue_.empty() && PQisBusy(libpq_.get()) == 0) {
        result_ptr part{PQgetResult(libpq_.get())};
        if (part == nullptr && PQstatus(libpq_.get()) != CONNECTION_OK) return;
        auto done = queue_.received(std::move(part));
        if (!done) continue;
        if (done->outcome.has_error() && answer_again(*done)) continue;
        answers_.push_back(std::move(*done));
    }
}

// A plan can go stale under a prepared statement: after a change of the schema ("cached plan must not change
// result type", 0A000), or when somebody has deallocated it (26000). The statement's own implicit transaction
// is gone with the error, so it has done nothing, and is sent again with fresh plans. Within an explicit
// transaction it cannot be.
bool connection::answer_again(answer& failed) {
    const bool stale =
        failed.outcome.error().sqlstate == "0A000" || failed.outcome.error().sqlstate == "26000";
    if (failed.prepare_failed) prepared_[failed.who->what->index] = false;
    if (!stale || !failed.plan_was_old || failed.who->prepared_again || failed.who->abandoned ||
        in_transaction())
        return false;
    failed.who->prepared_again = true;
    // As the server forgets, so do we. What was sent before still meets the old plans, and comes back here.
    auto forget = std::make_unique<request>();
    forget->sql = "deallocate all";
    forget->abandoned = true;
    if (!send(forget, last_heard_)) return false;
    prepared_.assign(prepared_.size(), false);
    return send(failed.who, last_heard_);
}

void connection::take_notifications() {
    while (libpq_ != nullptr && owner_ != nullptr) {
        const std::unique_ptr<PGnotify, decltype(&PQfreemem)> note{PQnotifies(libpq_.get()), &PQfreemem};
        if (note == nullptr) return;
        owner_->notified(note->relname, note->extra, note->be_pid);
    }
}

void connection::give_up(error why) {
    why_ = std::move(why);
    fail_soon();
}

// Posted, so that no owner is called from within its own call; answers that have come are delivered first.
void connection::fail_soon() {
    if (dying_) return;
    dying_ = true;
    boost::asio::post(executor_, [self = shared_from_this()] {
        if (self->owner_ == nullptr || self->libpq_ == nullptr) return;
        error why = self->why_ ? *self->why_ : error_of(self->libpq_.get(), failure::lost);
        auto unanswered = self->queue_.fail(why);
        connection_owner* owner = self->owner_;
        self->close();
        owner->died(*self, why, std::move(unanswered));
    });
}

} // namespace cruddur::postgres
