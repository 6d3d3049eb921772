// Package http asks a web service. Grant: http, with scheme, host, port and methods.
package http

import (
	"math"
	"strings"
	"time"

	"goalpost"
	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_http"
	witTypes "goalpost/internal/wit/types"
)

// A Header is one line. A value may hold a [Secret]: the host fills it in, only for the hosts that the secret was granted
// for.
type Header struct {
	Name, Value string
}

// A Request is a question to a service.
type Request struct {
	Method  string // Empty for GET.
	URL     string
	Headers []Header
	Body    []byte        // Nil for none.
	Timeout time.Duration // 0 leaves it to the host.
}

// A Response is what came back, whatever its status.
type Response struct {
	Status  int
	Headers []Header
	Body    []byte
}

// OK says whether the status is one of 200 to 299.
func (response Response) OK() bool {
	return response.Status >= 200 && response.Status < 300
}

// Header gives the first header of that name, in any case; empty where there is none.
func (response Response) Header(name string) string {
	for _, header := range response.Headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}

// Secret is what stands in a header's value for a secret that the host fills in. The plugin never has it.
func Secret(name string) string {
	return "{{secret:" + name + "}}"
}

// Send asks. Errors are of kind denied, limit, timeout or transport.
func Send(request Request) (Response, error) {
	if request.Method == "" {
		request.Method = "GET"
	}
	body := witTypes.None[[]byte]()
	if request.Body != nil {
		body = witTypes.Some(request.Body)
	}
	timeout := uint32(min(max(request.Timeout.Milliseconds(), 0), math.MaxUint32))
	asked := wit.Request{
		Method: host.Text(request.Method),
		Url:    host.Text(request.URL),
		Headers: host.Map(request.Headers, func(header Header) wit.Header {
			return wit.Header{Name: host.Text(header.Name), Value: host.Text(header.Value)}
		}),
		Body:      body,
		TimeoutMs: host.Optional(timeout),
	}
	answer, err := host.Asked(func() witTypes.Result[wit.Response, wit.HttpError] { return wit.Send(asked) }, broke)
	if err != nil {
		return Response{}, err
	}
	headers := host.Map(answer.Headers, func(header wit.Header) Header { return Header(header) })
	return Response{Status: int(answer.Status), Headers: headers, Body: answer.Body}, nil
}

func broke(err wit.HttpError) *goalpost.HostError {
	switch err.Tag() {
	case wit.HttpErrorDenied:
		return &goalpost.HostError{Kind: "denied", Detail: err.Denied()}
	case wit.HttpErrorLimit:
		return &goalpost.HostError{Kind: "limit", Detail: err.Limit()}
	case wit.HttpErrorTimeout:
		return &goalpost.HostError{Kind: "timeout"}
	default:
		return &goalpost.HostError{Kind: "transport", Detail: err.Transport()}
	}
}
