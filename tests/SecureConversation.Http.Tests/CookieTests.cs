using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Cookies and redirects come with replies before these are verified, so anybody on the way can send some.</summary>
public sealed class CookieTests
{
    [Fact]
    public async Task CookiesOfAReply_AreNotKeptByTheClient()
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        var sent = Tempt(service);
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        for (var i = 0; i < 3; i++)
        {
            await client.CallAsync("urn:e/Echo", "<Echo xmlns=\"urn:e\"/>");
        }

        Assert.Equal(["", "", ""], sent);
    }

    [Fact]
    public async Task CookiesOfAReply_AreNotKeptByAHandlerOfTheFactory()
    {
        var sent = await CallByFactoryAsync(_ => { });
        Assert.Equal(["", "", ""], sent);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task Redirect_IsNotFollowed(int status)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var paths = new List<string>();
        service.Intercept = context =>
        {
            paths.Add(context.Request.Path);
            context.Response.StatusCode = status;
            context.Response.Headers.Location = new Uri(service.Address, "/elsewhere?delete=all").AbsoluteUri;
            return Task.FromResult(true);
        };
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(RecordedLog.Current));
        services.AddHttpClient("echo").AddSecureConversation(options => Credential.Fill(options, service.Binding));
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.CallAsync(service.Address, Messages.Action, Messages.Body));
        Assert.Equal([service.Address.AbsolutePath], paths);
    }

    /// <summary>A handler of the application is its own business.</summary>
    [Fact]
    public async Task PrimaryHandlerOfTheApplication_StaysAsItIs()
    {
        var sent = await CallByFactoryAsync(
            client => client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseCookies = true }), size: 10);
        Assert.Equal("", sent[0]);
        Assert.StartsWith("c0=", sent[1], StringComparison.Ordinal);
    }

    private static async Task<List<string>> CallByFactoryAsync(Action<IHttpClientBuilder> configure, int size = 4000)
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        var sent = Tempt(service, size);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(RecordedLog.Current));
        var builder = services.AddHttpClient("echo");
        configure(builder);
        builder.AddSecureConversation(options => Credential.Fill(options, service.Binding));
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo");
        for (var i = 0; i < 3; i++)
        {
            using var request = Messages.Request(service.Address, service.Binding.MessageVersion);
            using var response = await http.SendAsync(request);
            response.EnsureSuccessStatusCode();
        }

        return sent;
    }

    /// <summary>Sets more cookies with the first reply than a request may have octets of headers, and says what each request carries.</summary>
    private static List<string> Tempt(TestService service, int size = 4000)
    {
        var sent = new List<string>();
        service.Intercept = context =>
        {
            sent.Add(context.Request.Headers.Cookie.ToString());
            for (var i = 0; i < 10 && sent.Count == 1; i++)
            {
                context.Response.Headers.Append("Set-Cookie", $"c{i}={new string('x', size)}; Path=/; Max-Age=99999999");
            }

            return Task.FromResult(false);
        };
        return sent;
    }
}
