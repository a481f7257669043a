using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace SecureConversation.Gateway.Tests.Support;

/// <summary>The answer to a plain client.</summary>
internal sealed record PlainAnswer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers, string? ContentType);

/// <summary>Sends plain SOAP 1.2, as a client of any language does.</summary>
internal static class PlainClient
{
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";

    public static string Envelope(string body = "<e:Place xmlns:e='urn:e'>42</e:Place>", string header = "") =>
        $"<s:Envelope xmlns:s='{Soap12}'>{(header.Length == 0 ? "" : $"<s:Header>{header}</s:Header>")}<s:Body>{body}</s:Body></s:Envelope>";

    public static async Task<PlainAnswer> PostAsync(Uri gateway, string? envelope = null, string action = "urn:e/Place", string path = "/orders",
        Action<HttpRequestMessage>? change = null, string? contentType = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, path))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(envelope ?? Envelope())),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType ?? $"application/soap+xml; charset=utf-8; action=\"{action}\"");
        change?.Invoke(request);
        return await SendAsync(http, request);
    }

    public static async Task<PlainAnswer> GetAsync(Uri gateway, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway, path));
        return await SendAsync(http, request);
    }

    private static async Task<PlainAnswer> SendAsync(HttpClient http, HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request);
        return new PlainAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers,
            response.Content.Headers.ContentType?.ToString());
    }
}
