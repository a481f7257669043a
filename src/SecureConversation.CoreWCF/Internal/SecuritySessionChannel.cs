using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.Session;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>A secure session as CoreWCF sees it: a channel of its own, and with it a service instance, a session id and an idle timeout.</summary>
internal sealed class SecuritySessionChannel : CommunicationObject, IReplySessionChannel, IInputSession
{
    private readonly IChannel _transport;
    private readonly MessageSecurityService _security;
    private readonly ServiceSession _session;
    private readonly IServiceScope _scope;
    private readonly TaskCompletionSource _hasInstance = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isFirst = 1;

    public SecuritySessionChannel(IChannel transport, MessageSecurityService security, ServiceSession session)
    {
        _transport = transport;
        _security = security;
        _session = session;
        // CoreWCF keeps what belongs to one channel among scoped services; in the scope of the transport sessions would mix.
        _scope = transport.GetProperty<IServiceScopeFactory>().CreateScope();
    }

    public string Id => _session.Id;

    public IInputSession Session => this;

    public EndpointAddress? LocalAddress => (_transport as IReplyChannel)?.LocalAddress;

    public IServiceChannelDispatcher? ChannelDispatcher { get; set; }

    protected override TimeSpan DefaultCloseTimeout => TimeSpan.FromMinutes(1);

    protected override TimeSpan DefaultOpenTimeout => TimeSpan.FromMinutes(1);

    public T? GetProperty<T>()
        where T : class => (State == CommunicationState.Closed ? null : _scope.ServiceProvider.GetService<T>()) ?? _transport.GetProperty<T>();

    /// <summary>
    /// A request of the session. The first one goes ahead until it has a service instance, which the others share: CoreWCF would make
    /// one for each request that comes while there is none.
    /// </summary>
    public async Task DispatchAsync(SecuredRequestContext request)
    {
        if (Interlocked.Exchange(ref _isFirst, 0) == 1)
        {
            request.WhenInstanceFound(() => _hasInstance.TrySetResult());
        }
        else
        {
            await _hasInstance.Task.ConfigureAwait(false);
        }

        await ChannelDispatcher!.DispatchAsync(request).ConfigureAwait(false);
    }

    /// <summary>The session has ended: CoreWCF closes the channel and lets go of the service instance.</summary>
    public Task EndAsync() => State == CommunicationState.Opened && ChannelDispatcher is { } dispatcher
        ? dispatcher.DispatchAsync((RequestContext)null!)
        : Task.CompletedTask;

    protected override Task OnOpenAsync(CancellationToken token) => Task.CompletedTask;

    protected override Task OnCloseAsync(CancellationToken token)
    {
        OnAbort();
        return Task.CompletedTask;
    }

    /// <summary>CoreWCF gives up the channel: it was idle for ReceiveTimeout, faulted, or the service closed it.</summary>
    protected override void OnAbort() => _security.Abort(_session);

    protected override void OnClosed()
    {
        base.OnClosed();
        _scope.Dispose();
    }
}
