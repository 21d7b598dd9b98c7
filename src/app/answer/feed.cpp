#include "app/answer/feed.hpp"

#include "app/answer/marks.hpp"
#include "db/queries.hpp"

#include <chrono>
#include <string>

namespace cruddur::app::answer {

namespace asio = boost::asio;
using clock = feed_snapshot::clock;

namespace {

constexpr std::size_t read_at_column = activity::columns;
constexpr std::size_t reads_at_once = 2; // one runs while the other's answers are written

// Its default first page, which is the same for anybody who is not signed in.
bool asks_for_snapshot(const http::request& from) {
    if (!from.query.empty()) return false;
    const auto token = identity::bearer_token_of(from);
    return token && !*token;
}

// Until the first of the posts expires, by the database's clock.
std::chrono::microseconds fresh_for(const postgres::rows& rows) {
    std::chrono::microseconds least = feed_snapshot::age_max;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto expires_at = activity_of(rows, row).expires_at;
        if (expires_at) least = std::min(least, *expires_at - rows.time(row, read_at_column));
    }
    return least;
}

http::rendered rendered_page(const activity_page& first, const caller_marks* caller) {
    http::rendered made;
    made.content_type = "application/json";
    made.cache_control = cache_control_of(caller != nullptr ? audience::caller : audience::anybody);
    made.identity = list_json(first.rows, first.size(), caller);
    made.etag = etag_of(made.identity);
    made.fields.emplace_back("Vary", "Authorization");
    if (auto link = first.link(feed::path, "")) made.fields.emplace_back("Link", std::move(*link));
    return made;
}

feed_snapshot::page feed_page_of(const postgres::rows& rows, unsigned limit) {
    const activity_page first{rows, page_limit_default};
    return std::make_shared<const feed_page>(
        feed_page{{rows, limit}, uuids_of(first), rendered_page(first, nullptr)});
}

http::response finished_response(const feed_snapshot::page& page) {
    http::response made;
    made.finished = std::shared_ptr<const http::rendered>{page, &page->finished};
    return made;
}

} // namespace

// One reading of the newest posts, and what came of it.
struct feed::turn {
    std::uint64_t generation = 0; // current before the statement was sent; 0 before that
    std::optional<postgres::result<feed_snapshot::page>> outcome;
};

feed::feed(const resources& with)
    : with_{with}
    , turns_{reads_at_once, 1, // which everybody fits into
             [this](std::shared_ptr<turn> one, auto since) { return run(std::move(one), since); }} {}
feed::~feed() = default;

std::optional<http::response> feed::finished(const http::request& from) const {
    if (!with_.use_snapshot || !asks_for_snapshot(from)) return std::nullopt;
    const auto page = with_.snapshot.current(clock::now());
    if (!page) return std::nullopt;
    with_.metrics.snapshot_hits.add();
    return finished_response(page);
}

// What a snapshot holds, for whoever may not see some of it; without one, a page.
unsigned feed::newest_max() const {
    return keeps() ? 2 * page_limit_default : page_limit_default;
}

asio::awaitable<http::response> feed::answer(call& asked) {
    const auto wanted = input::page_of(asked.request);
    if (!wanted) co_return answer_of(wanted.error());
    if (!wanted->after && wanted->limit <= newest_max()) {
        auto page = co_await newest();
        if (!page) co_return answer_of(page.error());
        // It is shorter where the listener was lost meanwhile.
        if (wanted->limit <= (*page)->newest.limit) co_return co_await show(asked, std::move(*page), *wanted);
    }
    co_return co_await read(asked, *wanted);
}

// A page as its caller alone sees it.
asio::awaitable<http::response> feed::read(const call& asked, const page& wanted) const {
    const auto texts = wanted.parameters();
    std::vector<postgres::parameter> parameters(texts.begin(), texts.end());
    parameters.emplace_back(asked.caller);
    const auto rows = co_await with_.database.query(queries::home_feed, parameters, with_.options());
    if (!rows) co_return answer_of(rows.error());
    const activity_page shown{*rows, wanted.limit};
    co_return co_await answer_list(asked, shown, path, "");
}

// Where the caller may not see some of the page, what takes its place is read for this caller alone.
asio::awaitable<http::response> feed::show(const call& asked, feed_snapshot::page newest,
                                           const page& wanted) {
    const bool whole = wanted.limit == page_limit_default;
    const activity_page shown{newest->newest.rows, wanted.limit};
    if (!asked.caller && whole) co_return finished_response(newest);
    if (!asked.caller) co_return list_answer(shown, nullptr, path, "");
    if (!whole) co_return co_await read(asked, wanted);
    const auto marks = co_await read_marks(with_, *asked.caller, newest->uuids);
    if (!marks) co_return answer_of(marks.error());
    if (!*marks) co_return answer_of(401, "generic_401");
    if ((*marks)->hidden.size() != 0) co_return co_await read(asked, wanted);
    if ((*marks)->empty()) co_return unmarked(newest);
    co_return list_answer(shown, &**marks, path, "");
}

// Most callers have liked and reposted nothing of the newest page: it is written once for all of them.
http::response feed::unmarked(const feed_snapshot::page& page) {
    if (shown_ != page) {
        const caller_marks none;
        unmarked_ = std::make_shared<const http::rendered>(
            rendered_page({page->newest.rows, page_limit_default}, &none));
        shown_ = page;
    }
    http::response made;
    made.finished = unmarked_;
    return made;
}

asio::awaitable<postgres::result<feed_snapshot::page>> feed::newest() {
    if (with_.use_snapshot) {
        if (auto page = with_.snapshot.current(clock::now())) {
            with_.metrics.snapshot_hits.add();
            co_return page;
        }
    }
    auto one = running_.lock();
    if (!one || !keeps() || one->generation != with_.snapshot.generation())
        one = turns_.waiting([](const turn&) { return true; });
    if (one) {
        with_.metrics.snapshot_shared.add();
    } else {
        one = std::make_shared<turn>();
    }
    co_await turns_.join(one);
    if (!one->outcome) co_return postgres::error{.kind = postgres::failure::lost, .message = "not asked"};
    co_return *one->outcome;
}

asio::awaitable<void> feed::run(std::shared_ptr<turn> one, std::chrono::steady_clock::time_point since) {
    with_.metrics.snapshot_renders.add();
    one->generation = with_.snapshot.generation();
    running_ = one;
    const auto sent = clock::now();
    const unsigned limit = newest_max();
    const auto texts = page{limit, std::nullopt}.parameters();
    std::vector<postgres::parameter> parameters(texts.begin(), texts.end());
    parameters.emplace_back(std::nullopt); // as nobody in particular sees it
    const auto rows = co_await with_.database.query(queries::home_feed, parameters, with_.options(since));
    if (running_.lock() == one) running_.reset();
    if (!rows) {
        one->outcome = rows.error();
        co_return;
    }
    const auto made = feed_page_of(*rows, limit);
    one->outcome = made;
    const auto until = sent + std::chrono::duration_cast<clock::duration>(fresh_for(*rows));
    if (keeps() && with_.snapshot.install(one->generation, made, clock::now(), until)) with_.page_installed();
}

} // namespace cruddur::app::answer
