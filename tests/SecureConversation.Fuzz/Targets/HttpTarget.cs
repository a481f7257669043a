using System.Text;
using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Fuzz.Sealing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// The middleware of ASP.NET Core without a server. Four lines of the input are the method, the content type, a header and the encoding
/// of the body (8, 16le, 16be, each with + for a byte order mark); the rest is the body, a script. No exception comes out, the status is
/// one of those that the host uses, and an application gets nothing but XML.
/// </summary>
internal sealed class HttpTarget : FuzzTarget
{
    private static readonly int[] Statuses = [200, 202, 400, 405, 413, 415, 500, 503];

    private readonly Lazy<Host> _host = new(() => new Host());

    public override string Name => "http";

    public override int BoundedRuns => 1500;

    public override IEnumerable<(string Name, byte[] Content)> Seeds()
    {
        var host = _host.Value;
        foreach (var (name, head) in new[]
        {
            ("utf8", "POST\napplication/soap+xml; charset=utf-8\nX-Any: 1\n8\n"), ("action", "POST\napplication/soap+xml; charset=\"utf-8\"; action=\"urn:e/Echo\"\nSOAPAction: \"urn:e/Echo\"\n8+\n"),
            ("utf16le", "POST\napplication/soap+xml; charset=utf-16\nX-Any: 1\n16le+\n"), ("utf16be", "POST\napplication/soap+xml;charset=utf-16be\nX-Any: 1\n16be\n"),
            ("gzip", "POST\napplication/soap+xml\nContent-Encoding: gzip\n8\n"), ("get", "GET\ntext/xml\nX-Any: 1\n8\n"),
            ("soap11", "POST\ntext/xml; charset=utf-8\nX-Any: 1\n8\n"), ("latin", "POST\napplication/soap+xml; charset=iso-8859-1\nX-Any: 1\n8\n"),
        })
        {
            yield return (name, [.. Encoding.ASCII.GetBytes(head), .. host.Seed]);
        }

        yield return ("empty", "POST\napplication/soap+xml\nX-Any: 1\n8\n"u8.ToArray());
        yield return ("garbage", "POST\napplication/soap+xml\nX-Any: 1\n8\n<s:Envelope"u8.ToArray());
    }

    public override void Run(byte[] input)
    {
        var head = new string[4];
        var rest = input.AsSpan();
        for (var i = 0; i < head.Length; i++)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                return;
            }

            head[i] = Encoding.Latin1.GetString(rest[..end]);
            rest = rest[(end + 1)..];
        }

        var host = _host.Value;
        var status = host.Post(head, Encode(head[3], MessageSealer.Seal(rest, host.Keys)));
        host.Scene.Log.RequireNoError();
        Require(Statuses.Contains(status), $"status {status}");
    }

    /// <summary>The body in another encoding; octets that are no UTF-8 stay as they are.</summary>
    private static byte[] Encode(string encoding, byte[] body)
    {
        Encoding? target = encoding.TrimEnd('+') switch
        {
            "16le" => new UnicodeEncoding(false, true),
            "16be" => new UnicodeEncoding(true, true),
            _ => null,
        };
        var mark = !encoding.EndsWith('+') ? [] : target?.Preamble.ToArray() ?? [0xEF, 0xBB, 0xBF];
        return [.. mark, .. target?.GetBytes(Encoding.UTF8.GetString(body)) ?? body];
    }

    /// <summary>A pipeline with the middleware and an application that answers.</summary>
    private sealed class Host
    {
        private readonly RequestDelegate _pipeline;
        private readonly ServiceProvider _services;

        public Host()
        {
            Scene = new FuzzScene("mutualcert//single");
            Keys = Scene.RequestKeys();
            using (var request = Scene.Secure(Scene.Request()))
            {
                Seed = ScriptWriter.Write(request.Envelope, Keys);
            }

            var services = new ServiceCollection();
            services.AddLogging(logging => logging.AddProvider(Scene.Log).SetMinimumLevel(LogLevel.Trace));
            services.AddSingleton<TimeProvider>(Scene.Clock);
            services.AddSecureConversation(options =>
            {
                options.Binding = Bindings.Create("mutualcert//single").Element;
                options.Credentials = FuzzCredentials.Service;
                options.ReplayCache = new ForgetfulReplayCache();
                options.FailureAnswers = new FailureAnswerOptions { Step = TimeSpan.Zero };
                options.MaxRequestBytes = 256 * 1024;
            });
            _services = services.BuildServiceProvider();
            var app = new ApplicationBuilder(_services);
            app.UseSecureConversation("/echo");
            app.Run(AnswerAsync);
            _pipeline = app.Build();
        }

        public FuzzScene Scene { get; }

        public ScriptKeys Keys { get; }

        public byte[] Seed { get; }

        public int Post(string[] head, byte[] body)
        {
            var context = new DefaultHttpContext { RequestServices = _services };
            var request = context.Request;
            request.Method = head[0];
            request.Path = "/echo";
            request.Host = new HostString(FuzzCredentials.Address.Host);
            request.Scheme = "http";
            request.ContentType = head[1];
            request.ContentLength = body.Length;
            var colon = head[2].IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                request.Headers[head[2][..colon]] = head[2][(colon + 1)..].Trim();
            }

            request.Body = new MemoryStream(body);
            using var answer = new MemoryStream();
            context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
            var running = _pipeline(context);
            Require(running.Wait(TimeSpan.FromSeconds(20)), "the request does not end");
            if (answer.Length > 0)
            {
                Require(Tests.Xml.XmlSupport.PlatformAccepts(answer.ToArray()), "the answer is no XML");
            }

            return context.Response.StatusCode;
        }

        private static async Task AnswerAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var octets = body.ToArray();
            try
            {
                if (octets.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)0x7F) < 0)
                {
                    using var reader = XmlReader.Create(new MemoryStream(octets), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
                    while (reader.Read())
                    {
                    }
                }
            }
            catch (XmlException e)
            {
                // The middleware answers for exceptions of an application, and logs them as errors: the target sees it there.
                throw new FuzzFindingException("the application got no XML", e);
            }

            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.WriteAsync("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing'><s:Header><a:Action>urn:e/EchoResponse</a:Action></s:Header><s:Body><r xmlns='urn:e'/></s:Body></s:Envelope>");
        }
    }
}
