#pragma once

#include "cloud/wire/call_protocol.hpp"

#include <cstddef>

namespace cruddur::cloud::wire {

// Who is told of every call once it is over: the endpoint tells it of each whose caller is known, whatever
// became of it. On the loop's thread.
class call_recorder {
public:
    call_recorder() = default;
    call_recorder(const call_recorder&) = delete;
    call_recorder& operator=(const call_recorder&) = delete;
    virtual ~call_recorder() = default;

    // `why`: by what it was refused, or nullptr. It may take the call's input and answer, which nobody reads
    // any more; the request's body had that many bytes. It must not block.
    virtual void record(call& done, const asked_operation& asked, const refusal* why,
                        std::size_t body_bytes) noexcept = 0;
};

} // namespace cruddur::cloud::wire
