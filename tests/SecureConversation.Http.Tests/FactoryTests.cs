using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Clients of IHttpClientFactory.</summary>
public sealed class FactoryTests
{
    [Fact]
    public async Task Sessions_SurviveTheRotationOfHandlers_AndEndWithTheProvider()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var provider = Register(service);
        await using (provider.ConfigureAwait(false))
        {
            using (var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo"))
            {
                await CallAsync(http, service);
            }

            // What the factory does when the lifetime of a handler is over.
            using (var rotated = new HttpClient(BuildHandler(provider, "echo")))
            {
                await CallAsync(rotated, service);
            }

            Assert.Equal(1, service.Handshakes);
            Assert.Equal(1, service.Engine.SessionCount);
        }

        Assert.Equal(0, service.Engine.SessionCount);
    }

    [Fact]
    public async Task SynchronousDisposal_CancelsToo()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        using (var provider = Register(service))
        {
            using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo");
            await CallAsync(http, service);
        }

        Assert.Equal(0, service.Engine.SessionCount);
    }

    [Fact]
    public async Task KeyedSessions_OpenAndCloseByHand()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var provider = Register(service);
        var sessions = provider.GetRequiredKeyedService<SecureConversationSessions>("echo");
        await sessions.OpenAsync(service.Address);
        Assert.Equal(1, service.Engine.SessionCount);

        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo");
        await CallAsync(http, service);
        Assert.Equal(1, service.Handshakes);

        await sessions.CloseAsync();
        Assert.Equal(0, service.Engine.SessionCount);
    }

    [Fact]
    public async Task Names_HaveTheirOwnOptionsAndSessions()
    {
        await using var first = await TestService.StartAsync(Credential.Session());
        await using var second = await TestService.StartAsync(Credential.Single());
        var services = Services();
        services.AddHttpClient("first").AddSecureConversation(options => Credential.Fill(options, first.Binding));
        services.AddHttpClient("second").AddSecureConversation((_, options) => Credential.Fill(options, second.Binding));
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("first");
        using var other = provider.GetRequiredService<IHttpClientFactory>().CreateClient("second");
        await CallAsync(http, first);
        await CallAsync(other, second);
        Assert.Equal((1, 0), (first.Handshakes, second.Handshakes));
    }

    [Fact]
    public async Task BadOptions_StopTheHostFromStarting()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(RecordedLog.Current);
        builder.Services.AddHttpClient("echo").AddSecureConversation(_ => { });
        using var host = builder.Build();
        RecordedLog.Current.AllowErrors(entry => entry.Exception is OptionsValidationException);
        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
    }

    private static ServiceProvider Register(TestService service)
    {
        var services = Services();
        services.AddHttpClient("echo").AddSecureConversation(options => Credential.Fill(options, service.Binding));
        return services.BuildServiceProvider();
    }

    private static ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(RecordedLog.Current));
        return services;
    }

    private static HttpMessageHandler BuildHandler(ServiceProvider provider, string name)
    {
        var builder = provider.GetRequiredService<HttpMessageHandlerBuilder>();
        builder.Name = name;
        foreach (var action in provider.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get(name).HttpMessageHandlerBuilderActions)
        {
            action(builder);
        }

        return builder.Build();
    }

    private static async Task CallAsync(HttpClient http, TestService service)
    {
        using var request = Messages.Request(service.Address, service.Binding.MessageVersion);
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }
}
