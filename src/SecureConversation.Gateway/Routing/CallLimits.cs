using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Routing;

/// <summary>The limits of both sides.</summary>
internal sealed class CallLimits(GatewaySettings settings, GatewayServices gateway) : IDisposable
{
    public CallLimit Inner { get; } = new(settings.Limits, gateway);

    public CallLimit Outer { get; } = new(settings.Limits, gateway);

    public void Dispose()
    {
        Inner.Dispose();
        Outer.Dispose();
    }
}
