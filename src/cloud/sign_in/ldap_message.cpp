#include "cloud/sign_in/ldap_message.hpp"

#include <lber.h>
#include <ldap.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace cruddur::cloud::sign_in {

namespace {

constexpr int ldap_version = LDAP_VERSION3;

struct element_freed {
    void operator()(BerElement* one) const { ber_free(one, 1); }
};
using element = std::unique_ptr<BerElement, element_freed>;

element new_element() {
    element out{ber_alloc_t(LBER_USE_DER)};
    if (!out) throw std::bad_alloc{};
    return out;
}

// A "socket" of liblber's that reads what has come so far, and would block where that ends.
int set_up(Sockbuf_IO_Desc* of, void* waiting) {
    of->sbiod_pvt = waiting;
    return 0;
}

int take_down(Sockbuf_IO_Desc*) {
    return 0;
}

int control(Sockbuf_IO_Desc*, int, void*) {
    return 0;
}

ber_slen_t read_waiting(Sockbuf_IO_Desc* of, void* into, ber_len_t size) {
    auto& waiting = *static_cast<std::string*>(of->sbiod_pvt);
    if (waiting.empty()) {
        errno = EAGAIN;
        return -1;
    }
    const std::size_t taken = std::min<std::size_t>(size, waiting.size());
    std::memcpy(into, waiting.data(), taken);
    waiting.erase(0, taken);
    return static_cast<ber_slen_t>(taken);
}

ber_slen_t write_nothing(Sockbuf_IO_Desc*, void*, ber_len_t) {
    errno = EPIPE;
    return -1;
}

Sockbuf_IO& waiting_bytes() {
    static Sockbuf_IO one{set_up, take_down, control, read_waiting, write_nothing, take_down};
    return one;
}

struct socket_freed {
    void operator()(Sockbuf* one) const { ber_sockbuf_free(one); }
};

std::string text_of(const berval& from) {
    return {from.bv_val == nullptr ? "" : from.bv_val, from.bv_len};
}

ldap_request read_bind(BerElement* from, int id) {
    ber_int_t version = 0;
    ber_tag_t method = LBER_DEFAULT;
    berval name{};
    berval password{};
    if (ber_scanf(from, "{imt", &version, &name, &method) == LBER_ERROR) throw ldap_error{"a malformed bind"};
    if (version != ldap_version) throw ldap_error{"a bind of another version of LDAP than 3"};
    if (method != LDAP_AUTH_SIMPLE) throw ldap_error{"a bind that is not a simple one"};
    if (ber_scanf(from, "m}", &password) == LBER_ERROR) throw ldap_error{"a malformed bind"};
    ldap_request out{id, false, text_of(name), text_of(password)};
    if (out.password.empty()) throw ldap_error{"a bind without a password"};
    if (out.name.find('\0') != std::string::npos) throw ldap_error{"a bind in a name with a NUL in it"};
    return out;
}

} // namespace

struct ldap_reader::state {
    std::string waiting;
    std::unique_ptr<Sockbuf, socket_freed> socket;
    element current;
    bool failed = false;

    state()
        : socket{ber_sockbuf_alloc()}
        , current{new_element()} {
        ber_len_t most = message_bytes_max;
        if (!socket ||
            ber_sockbuf_add_io(socket.get(), &waiting_bytes(), LBER_SBIOD_LEVEL_PROVIDER, &waiting) != 0)
            throw std::bad_alloc{};
        ber_sockbuf_ctrl(socket.get(), LBER_SB_OPT_SET_MAX_INCOMING, &most);
    }

    std::optional<ldap_request> next() {
        ber_len_t size = 0;
        errno = 0;
        const ber_tag_t tag = ber_get_next(socket.get(), &size, current.get());
        if (tag == LBER_DEFAULT) {
            if (errno == EAGAIN) return std::nullopt;
            throw ldap_error{errno == ERANGE ? "a message that is too long" : "what is no message of LDAP"};
        }
        if (tag != LDAP_TAG_MESSAGE) throw ldap_error{"what is no message of LDAP"};
        const element whole = std::exchange(current, new_element());
        ber_int_t id = 0;
        ber_len_t body = 0;
        if (ber_get_int(whole.get(), &id) != LDAP_TAG_MSGID || id < 0)
            throw ldap_error{"a message without a number"};
        switch (ber_peek_tag(whole.get(), &body)) {
        case LDAP_REQ_BIND:
            return read_bind(whole.get(), id);
        case LDAP_REQ_UNBIND:
            return ldap_request{id, true, {}, {}};
        default:
            throw ldap_error{"an operation that is neither bind nor unbind"};
        }
    }
};

ldap_reader::ldap_reader()
    : state_{std::make_unique<state>()} {}

ldap_reader::~ldap_reader() = default;

std::optional<ldap_request> ldap_reader::read(std::string_view more) {
    if (state_->failed) throw ldap_error{"bytes behind what could not be read"};
    state_->waiting.append(more);
    try {
        return state_->next();
    } catch (const ldap_error&) {
        state_->failed = true;
        throw;
    }
}

std::string bind_answer(int id, bool admitted, const std::string& told) {
    const element out = new_element();
    berval bytes{};
    const ber_int_t code = admitted ? LDAP_SUCCESS : LDAP_INVALID_CREDENTIALS;
    if (ber_printf(out.get(), "{it{ess}}", id, static_cast<ber_tag_t>(LDAP_RES_BIND), code, "",
                   told.c_str()) < 0 ||
        ber_flatten2(out.get(), &bytes, 0) != 0)
        throw std::bad_alloc{};
    return text_of(bytes);
}

} // namespace cruddur::cloud::sign_in
